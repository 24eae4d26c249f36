//! Connections: how many there may be, and how long a client may take to say what it wants.
//!
//! `axum::serve` waits for ever, so a handful of clients that send a byte now and then could use up the server.

use std::{future::Future, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Extension, Router, extract::ConnectInfo};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

/// How long after the system gave no connection the next one is asked for.
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// What clients may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How many connections there are at once; others wait to be taken.
    pub(super) n_connections: usize,
    /// How long the head of a request may take, counted from the connection or the answer before.
    pub(super) head_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { n_connections: 2048, head_time: Duration::from_secs(30) }
    }
}

/// Serves until `stop`, and then finishes the requests under way.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.n_connections));
    let mut stop = pin!(stop);
    loop {
        let (stream, peer, place) = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stop => break,
        };
        // Small answers leave at once.
        let _ = stream.set_nodelay(true);
        // Some look at where a request comes from.
        let router = router.clone().layer(Extension(ConnectInfo(peer)));
        let service = TowerToHyperService::new(router);
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(limits.head_time);
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // Whoever goes early gets no answer.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// The next connection, when there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let place = places.clone().acquire_owned().await.expect("nobody closes it");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            // Such as too many open files: some are closed by and by.
            Err(_) => tokio::time::sleep(RETRY_AFTER).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::TcpStream,
        sync::mpsc,
        thread,
    };

    use axum::routing::get;
    use tokio::{runtime::Builder, sync::oneshot};

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    /// Serves in the background while a test asks; the test may stop it.
    fn check(limits: Limits, test: impl FnOnce(SocketAddr, oneshot::Sender<()>, mpsc::Receiver<()>)) {
        let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let (begin, begun) = mpsc::channel();
        let slow = async move || {
            begin.send(()).expect("the test waits for it");
            tokio::time::sleep(Duration::from_millis(200)).await;
            "done"
        };
        let router = Router::new().route("/", get(async || "hello")).route("/slow", get(slow));
        let (stop, stopped) = oneshot::channel();
        let serve = async move {
            let stop = async {
                let _ = stopped.await;
            };
            serve(listener, router, limits, stop).await;
        };
        let server = thread::spawn(move || runtime.block_on(serve));
        test(addr, stop, begun);
        server.join().expect("it ends when it is stopped");
    }

    fn send(addr: SocketAddr, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(addr).expect("connected");
        stream.write_all(bytes).expect("sent");
        stream
    }

    fn reply(mut stream: TcpStream) -> String {
        let mut reply = Vec::new();
        // A connection that is cut has said what it said.
        let _ = stream.read_to_end(&mut reply);
        String::from_utf8_lossy(&reply).into_owned()
    }

    #[test]
    fn clients_that_never_say_what_they_want_are_left() {
        let limits = Limits { n_connections: 2, head_time: Duration::from_millis(100) };
        check(limits, |addr, _stop, _| {
            let idle = [&b""[..], b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "].map(|part| send(addr, part));
            // All places are taken: this one is answered when one is free again.
            assert!(reply(send(addr, REQUEST)).ends_with("hello"));
            for stream in idle {
                assert!(!reply(stream).contains("200"));
            }
        });
    }

    #[test]
    fn requests_under_way_are_finished() {
        check(Limits::default(), |addr, stop, slow_begun| {
            let stream = send(addr, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
            slow_begun.recv().expect("it begins");
            stop.send(()).expect("it runs");
            assert!(reply(stream).ends_with("done"));
            assert!(TcpStream::connect(addr).is_err(), "nobody listens any more");
        });
    }
}
