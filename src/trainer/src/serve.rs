//! A server for the static site: `www` at the root, `pkg` under `/pkg`.
//!
//! What is asked for is checked before a file is looked at: for whom (the
//! `Host`), where (no hidden file, no symbolic link, nothing outside of the
//! two folders), and of what kind (below `/bundles`, files that a bundle
//! consists of). `connections` says who is let in.

mod connections;

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use percent_encoding::percent_decode_str;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::files;
use crate::site::{self, BUNDLES, LIST, PACKAGE};

/// The page's own policy, which workers do not inherit from its meta element.
pub(crate) const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; object-src 'none'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The policy for files of bundles, which come from elsewhere: should a browser
/// ever take one for a page, that page has no origin and runs nothing.
pub(crate) const BUNDLE_POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// Other sites' pages do not get the files, not as images or scripts either.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Longer paths are of no file.
const MAX_PATH_BYTES: usize = 1000;

/// Where to serve, and for whom.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the pages.
    pub www: PathBuf,
    /// The built package.
    pub pkg: PathBuf,
    /// The address to listen on.
    pub host: IpAddr,
    /// The port; 0 takes any free one.
    pub port: u16,
    /// Names by which this machine may be asked, beside IP addresses and
    /// `localhost`.
    pub names: Vec<String>,
}

/// Serves until interrupted; says where on standard output.
///
/// # Errors
///
/// A folder that is missing, or a port that is taken.
pub fn serve(settings: &Settings) -> Result<()> {
    let Settings { www, pkg, .. } = settings;
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
    let app = app(settings);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let served = runtime.block_on(async {
        let address = SocketAddr::new(settings.host, settings.port);
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}; --port 0 takes any free port"))?;
        writeln!(std::io::stdout(), "http://{}/", listener.local_addr()?)?;
        connections::serve(listener, app).await;
        Ok(())
    });
    // A file that is being read from a slow disk is not waited for.
    runtime.shutdown_background();
    served
}

fn app(settings: &Settings) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    let folders = Arc::new(settings.clone());
    let list = folders.clone();
    Router::new()
        .route(&format!("/{LIST}"), get(async move || pages(&list)))
        .nest_service(&format!("/{PACKAGE}"), ServeDir::new(&settings.pkg))
        .fallback_service(ServeDir::new(&settings.www))
        .layer(middleware::from_fn_with_state(folders, check))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(RESOURCE_POLICY, "same-origin"))
        // Files are checked for changes each time, so a rebuild shows at once.
        .layer(header(CACHE_CONTROL, "no-cache"))
}

/// Answers what must not be served, and sets the policy of what is.
async fn check(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_bundle = {
        let path = percent_decode_str(path).decode_utf8_lossy();
        path.trim_start_matches('/')
            .split('/')
            .next()
            .is_some_and(|first| first.eq_ignore_ascii_case(BUNDLES))
    };
    let mut response = if !is_for_us(&request, &settings.names) {
        let text =
            "This server answers to an IP address, to localhost, and to names given with --name.\n";
        (StatusCode::MISDIRECTED_REQUEST, text).into_response()
    } else if !is_ours(path, &settings) {
        StatusCode::NOT_FOUND.into_response()
    } else {
        next.run(request).await
    };
    let policy = if is_bundle { BUNDLE_POLICY } else { POLICY };
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// Whether a request is meant for this server. A page of another site can have
/// its own name lead here (DNS rebinding), and would read all that is served;
/// an IP address has no such name.
fn is_for_us(request: &Request, names: &[String]) -> bool {
    let is_own = |authority: &Authority| {
        let host = authority.host();
        let address = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let host = host.strip_suffix('.').unwrap_or(host);
        // No one is logged in: an address before `@` is a trick.
        !authority.as_str().contains('@')
            && (address.parse::<IpAddr>().is_ok()
                || host.eq_ignore_ascii_case("localhost")
                || names.iter().any(|name| host.eq_ignore_ascii_case(name)))
    };
    let mut hosts = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let host = host.to_str().ok().and_then(|host| host.parse().ok());
    host.is_some_and(|host| is_own(&host)) && request.uri().authority().is_none_or(is_own)
}

/// Whether a path is of something that is served: nothing hidden, no symbolic
/// link, nothing that is not there, and below `/bundles` nothing but files of
/// bundles.
fn is_ours(path: &str, settings: &Settings) -> bool {
    if path.len() > MAX_PATH_BYTES {
        return false;
    }
    let Ok(path) = percent_decode_str(path).decode_utf8() else {
        return false;
    };
    let path = path.strip_prefix('/').unwrap_or(&path);
    if path == LIST {
        return true;
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    let plain = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0'])
    };
    if !path.is_empty() && !path.split('/').all(plain) {
        return false;
    }
    let (root, path) = match path.strip_prefix(PACKAGE) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            (&settings.pkg, rest.trim_start_matches('/'))
        }
        _ if site::is_in_bundles(path) && !site::is_bundle_file(path) => return false,
        _ => (&settings.www, path),
    };
    files::plain(root, path).is_ok()
}

/// The list of the site's files, as they are now.
fn pages(settings: &Settings) -> Result<impl IntoResponse + use<>, StatusCode> {
    let list = || -> Result<String> {
        let mut list = site::List::default();
        site::each_file(&settings.www, &settings.pkg, &mut |path, file| {
            list.add(path, files::sha256_of(file)?);
            Ok(())
        })?;
        Ok(list.to_json())
    };
    // A file that vanishes meanwhile, as in a build, or a link.
    let json = list().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(([(CONTENT_TYPE, "application/json")], json))
}
