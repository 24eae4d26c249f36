//! [`Historian`]: asks who changed pages last, on a thread of its own. A walk over many commits takes long, and neither the
//! first page nor one that was just saved waits for its end.

use std::{
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use super::AskHistory;
use crate::git::history::History;

/// How long an answer is waited for, which mostly is there at once.
pub(super) const PATIENCE: Duration = Duration::from_millis(500);
/// How often one that takes longer is looked for.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A history, or that there is none.
type Answer = Option<Arc<History>>;

/// Knows the history of pages, and asks for the next one.
pub(super) struct Historian {
    known: Answer,
    questions: Sender<Answer>,
    answers: Receiver<Answer>,
    is_reading: bool,
    /// Whether the branch moved while it was read.
    is_asked_again: bool,
}

impl Historian {
    /// Asks for the history of this moment. The thread ends after the answer that it is at when nobody wants more.
    pub(super) fn start(ask: Arc<AskHistory>) -> Self {
        let (questions, asked) = mpsc::channel::<Answer>();
        let (tell, answers) = mpsc::channel();
        let work = move || {
            for known in asked {
                if tell.send(ask(known.as_ref())).is_err() {
                    return;
                }
            }
        };
        // Without a thread there are no answers, and pages don't say who changed them.
        let _ = thread::Builder::new().name("history".to_owned()).spawn(work);
        let mut historian =
            Self { known: None, questions, answers, is_reading: false, is_asked_again: false };
        historian.ask();
        historian
    }

    /// What is known by now.
    pub(super) fn known(&self) -> Option<&Arc<History>> {
        self.known.as_ref()
    }

    /// Whether there is an answer to come.
    pub(super) fn is_reading(&self) -> bool {
        self.is_reading
    }

    /// Asks for the history of this moment.
    pub(super) fn ask(&mut self) {
        self.is_asked_again = self.is_reading;
        if !self.is_reading {
            self.is_reading = self.questions.send(self.known.clone()).is_ok();
        }
    }

    /// Takes the answer if it is there in time, and says whether it differs from what was known.
    pub(super) fn wait(&mut self, patience: Duration) -> bool {
        let answer = match self.answers.recv_timeout(patience) {
            Ok(answer) => answer,
            Err(mpsc::RecvTimeoutError::Timeout) => return false,
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                self.is_reading = false;
                return false;
            }
        };
        let print = |history: &Arc<History>| history.print();
        let differs = answer.as_ref().map(print) != self.known.as_ref().map(print);
        self.known = answer;
        self.is_reading = false;
        if self.is_asked_again {
            self.ask();
        }
        differs
    }
}
