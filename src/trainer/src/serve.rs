//! A server for the static site: `www` at the root, `pkg` under `/pkg`.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::site::{self, LIST};

/// The page's own policy, which workers do not inherit from its meta element.
pub(crate) const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; object-src 'none'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Serves until interrupted; says where on standard output. Port 0 takes any
/// free port.
///
/// # Errors
///
/// A folder that is missing, or a port that is taken.
pub fn serve(www: &Path, pkg: &Path, host: IpAddr, port: u16) -> Result<()> {
    ensure!(
        www.join("index.html").is_file(),
        "{}: found no index.html; start `nerite serve` where `www` is, or name it with --www",
        www.display()
    );
    ensure!(
        pkg.join("nerite.js").is_file(),
        "{}: found no nerite.js; `scripts/build-web` builds it",
        pkg.display()
    );
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    let folders = (www.to_owned(), pkg.to_owned());
    let app = Router::new()
        .route(
            &format!("/{LIST}"),
            get(async move || pages(&folders.0, &folders.1)),
        )
        .nest_service("/pkg", ServeDir::new(pkg))
        .fallback_service(ServeDir::new(www))
        .layer(header(CONTENT_SECURITY_POLICY, POLICY))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // Files are checked for changes each time, so a rebuild shows at once.
        .layer(header(CACHE_CONTROL, "no-cache"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let address = SocketAddr::new(host, port);
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}; --port 0 takes any free port"))?;
        writeln!(std::io::stdout(), "http://{}/", listener.local_addr()?)?;
        let interrupted = async {
            tokio::signal::ctrl_c().await.ok();
        };
        axum::serve(listener, app)
            .with_graceful_shutdown(interrupted)
            .await?;
        Ok(())
    })
}

/// The list of the site's files, as they are now.
fn pages(www: &Path, pkg: &Path) -> Result<impl IntoResponse + use<>, StatusCode> {
    let mut paths = Vec::new();
    let found = site::each_file(www, pkg, &mut |path, _| {
        paths.push(path);
        Ok(())
    });
    // A file that vanishes meanwhile, as in a build.
    found.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok((
        [(CONTENT_TYPE, "application/json")],
        site::list(paths.into_iter()),
    ))
}
