//! Connections: how many there are, how long they may take to ask, and how
//! they end.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use futures::StreamExt;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tower::ServiceExt;

/// More connections than these are not held at once. A browser has six.
const MOST: usize = 64;
/// A request's head has to come within this time.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// At the end, answers on their way may take so long.
const END_TIME: Duration = Duration::from_secs(1);
/// Before another try where no connection can be taken, as when all files are
/// in use.
const PAUSE: Duration = Duration::from_millis(50);

/// A connection. Every answer that is on its way holds the token.
struct Connection {
    task: JoinHandle<()>,
    token: Arc<()>,
}

impl Connection {
    fn is_answering(&self) -> bool {
        Arc::strong_count(&self.token) > 2
    }
}

/// Answers requests until interrupted.
pub(super) async fn serve(listener: TcpListener, app: Router) {
    let mut open: VecDeque<Connection> = VecDeque::new();
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut interrupted => break,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        open.retain(|connection| !connection.task.is_finished());
        if open.len() >= MOST {
            // Who waits the longest without asking goes first: half requests
            // must not keep others out.
            let idle = open
                .iter()
                .position(|connection| !connection.is_answering());
            if let Some(connection) = open.remove(idle.unwrap_or(0)) {
                connection.task.abort();
            }
        }
        let token = Arc::new(());
        let task = tokio::spawn(answer(stream, app.clone(), token.clone()));
        open.push_back(Connection { task, token });
    }
    let answering = open.into_iter().filter(Connection::is_answering);
    let all = futures::future::join_all(answering.map(|connection| connection.task));
    tokio::time::timeout(END_TIME, all).await.ok();
}

/// Answers one connection's requests.
async fn answer(stream: TcpStream, app: Router, token: Arc<()>) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let app = app.clone();
        let token = token.clone();
        async move {
            let response = app.oneshot(request.map(Body::new) as Request).await;
            let response = response.unwrap_or_else(|never: Infallible| match never {});
            // The token lives as long as the body does.
            Ok::<_, Infallible>(response.map(|body| {
                let pieces = body.into_data_stream();
                Body::from_stream(pieces.inspect(move |_| {
                    let _ = &token;
                }))
            }))
        }
    });
    // Whatever ends a connection ends it; there is nobody to tell.
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), service)
        .await
        .ok();
}
