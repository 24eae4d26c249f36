//! [`paced`]: the body of a request that may not be slower than a limit. A client that sends a byte now and then would else
//! keep its connection for days.

use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    BoxError,
    body::{Body, BodyDataStream, Bytes},
};
use futures_core::Stream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a body may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// However small it is.
    pub(super) time: Duration,
    /// More time comes with so many bytes a second.
    pub(super) bytes_per_second: u64,
}

/// The pace of clients with the slowest of connections.
pub(super) const PACE: Pace = Pace { time: Duration::from_secs(30), bytes_per_second: 2 << 10 };

/// A body that fails when it is slower than a pace.
pub(super) fn paced(body: Body, pace: Pace) -> Body {
    let begun = Instant::now();
    let end = Box::pin(sleep_until(begun + pace.time));
    Body::from_stream(Paced { body: body.into_data_stream(), pace, begun, n_bytes: 0, end })
}

struct Paced {
    body: BodyDataStream,
    pace: Pace,
    begun: Instant,
    n_bytes: u64,
    end: Pin<Box<Sleep>>,
}

impl Stream for Paced {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match Pin::new(&mut self.body).poll_next(context) {
            Poll::Ready(Some(Ok(part))) => {
                self.n_bytes += part.len() as u64;
                let earned = Duration::from_secs(self.n_bytes / self.pace.bytes_per_second);
                let end = self.begun + self.pace.time + earned;
                self.end.as_mut().reset(end);
                Poll::Ready(Some(Ok(part)))
            }
            Poll::Ready(end) => Poll::Ready(end.map(|part| part.map_err(BoxError::from))),
            Poll::Pending => {
                let late = || Some(Err("the body came too slowly".into()));
                self.end.as_mut().poll(context).map(|()| late())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use tokio::runtime::Builder;

    use super::*;

    /// Bytes, one at a time, and then nothing.
    struct Slow {
        n_left: usize,
        ends: bool,
    }

    impl Stream for Slow {
        type Item = io::Result<Bytes>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            match self.n_left.checked_sub(1) {
                Some(left) => {
                    self.n_left = left;
                    Poll::Ready(Some(Ok(Bytes::from_static(b"x"))))
                }
                None if self.ends => Poll::Ready(None),
                None => Poll::Pending,
            }
        }
    }

    #[test]
    fn a_body_that_never_ends_fails() {
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        let pace = Pace { time: Duration::from_millis(20), bytes_per_second: 1 << 20 };
        let read = |n_left, ends| {
            runtime.block_on(async {
                let body = paced(Body::from_stream(Slow { n_left, ends }), pace);
                axum::body::to_bytes(body, usize::MAX).await.map(|bytes| bytes.len())
            })
        };
        assert_eq!(read(3, true).ok(), Some(3));
        assert_eq!(read(0, true).ok(), Some(0));
        let error = read(3, false).expect_err("too slow");
        assert!(error.to_string().contains("too slowly"), "{error}");
    }
}
