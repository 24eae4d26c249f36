//! [`Vocabulary`]: all forms of words of a site, each with a number, so that a page's words are a list of small numbers.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hasher},
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use compact_str::CompactString;

use super::fold::fold;

/// How many locks the threads of a build spread over.
const LOCKS: usize = 16;

/// A word as it is written, in lower case, with its accents.
#[derive(Debug)]
pub struct Form {
    /// The form.
    pub text: CompactString,
    /// The same as it is compared; `None` when that is the form itself.
    folded: Option<CompactString>,
    /// The print of the text.
    pub print: FormPrint,
}

impl Form {
    fn new(text: CompactString) -> Self {
        let folded = (!text.is_ascii()).then(|| fold(&text)).filter(|folded| **folded != *text);
        Self { folded: folded.map(Into::into), print: FormPrint::of(&text), text }
    }

    /// The form as it is compared.
    pub fn folded(&self) -> &str {
        self.folded.as_deref().unwrap_or(&self.text)
    }
}

/// A print that can be added up quickly: prints of sets of words are sums of those of the words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormPrint(u64, u64);

impl FormPrint {
    /// A site has tens of thousands of words, each of which is put into numbers anew by every build.
    fn of(text: &str) -> Self {
        let begin = Self(0xA458_FEA3_F493_3D7E, 0x0D95_748F_728E_B658).with(text.len() as u64);
        text.as_bytes().chunks(8).fold(begin, |print, part| {
            let mut number = [0; 8];
            number[..part.len()].copy_from_slice(part);
            print.with(u64::from_le_bytes(number))
        })
    }

    /// The print of this and of a number that belongs to it.
    #[must_use]
    pub fn with(self, number: u64) -> Self {
        // Odd constants without a pattern: digits of pi.
        let number = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x243F_6A88_85A3_08D3;
        Self(
            mixed(self.0 ^ number, self.1 ^ 0x1319_8A2E_0370_7344),
            mixed(self.1 ^ number.rotate_left(32), self.0 ^ 0xA409_3822_299F_31D1),
        )
    }

    /// The print of a set that has the words of both.
    pub fn add(&mut self, other: Self) {
        self.0 = self.0.wrapping_add(other.0);
        self.1 = self.1.wrapping_add(other.1);
    }

    /// The print of the set without the words of another, which are in it.
    pub fn take_away(&mut self, other: Self) {
        self.0 = self.0.wrapping_sub(other.0);
        self.1 = self.1.wrapping_sub(other.1);
    }

    /// The print with some halves.
    pub fn of_halves(one: u64, other: u64) -> Self {
        Self(one, other)
    }

    /// Both halves.
    pub fn halves(self) -> (u64, u64) {
        (self.0, self.1)
    }
}

fn mixed(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b | 1);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let (low, high) = (product as u64, (product >> 64) as u64);
    low ^ high.rotate_left(23)
}

/// All forms that were met, by number and by text. Numbers say nothing outside of it.
#[derive(Debug)]
pub struct Vocabulary {
    id: u64,
    numbers: [RwLock<Numbers>; LOCKS],
    forms: RwLock<Vec<Arc<Form>>>,
}

/// The numbers of forms, with their prints: to make a print takes longer than to find it.
type Numbers = HashMap<CompactString, (u32, FormPrint), Quick>;

/// How many vocabularies there were in this process.
static N_VOCABULARIES: AtomicU64 = AtomicU64::new(1);

impl Default for Vocabulary {
    fn default() -> Self {
        let id = N_VOCABULARIES.fetch_add(1, Ordering::Relaxed);
        Self { id, numbers: Default::default(), forms: RwLock::default() }
    }
}

impl Vocabulary {
    /// The vocabulary that had these forms, in the order of their numbers.
    pub fn of_forms(forms: Vec<CompactString>) -> Self {
        let mut vocabulary = Self::default();
        let n_forms = forms.len();
        for numbers in &mut vocabulary.numbers {
            // They are spread evenly, but for chance.
            let reserved = n_forms / LOCKS + n_forms / LOCKS / 8;
            numbers.get_mut().unwrap_or_else(PoisonError::into_inner).reserve(reserved);
        }
        vocabulary.forms.get_mut().unwrap_or_else(PoisonError::into_inner).reserve(n_forms);
        for (number, form) in (0..).zip(forms) {
            let lock = lock_of(&form);
            let made = Form::new(form.clone());
            let numbers = vocabulary.numbers[lock].get_mut().unwrap_or_else(PoisonError::into_inner);
            numbers.insert(form, (number, made.print));
            vocabulary.forms.get_mut().unwrap_or_else(PoisonError::into_inner).push(Arc::new(made));
        }
        vocabulary
    }

    /// A number that no other vocabulary of this process has.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// The number of a form, a new one if it is new, with its print.
    pub(super) fn number(&self, form: &str) -> (u32, FormPrint) {
        let lock = &self.numbers[lock_of(form)];
        let known = lock.read().unwrap_or_else(PoisonError::into_inner).get(form).copied();
        known.unwrap_or_else(|| {
            let mut numbers = lock.write().unwrap_or_else(PoisonError::into_inner);
            *numbers.entry(form.into()).or_insert_with(|| {
                let made = Form::new(form.into());
                let print = made.print;
                let mut forms = self.forms.write().unwrap_or_else(PoisonError::into_inner);
                let number = u32::try_from(forms.len()).expect("there are fewer words than bytes in memory");
                forms.push(Arc::new(made));
                (number, print)
            })
        })
    }

    /// All forms, in the order of their numbers. No number is given while this is held.
    pub fn forms(&self) -> RwLockReadGuard<'_, Vec<Arc<Form>>> {
        self.forms.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of the lock that has a form.
fn lock_of(form: &str) -> usize {
    usize::try_from(Quick.hash_one(form) >> 60).unwrap_or(0)
}

/// A hash of a short text.
pub fn quick_hash(text: &str) -> u64 {
    Quick.hash_one(text)
}

/// A hash for short words, of which a build takes millions; nobody gains by words that collide.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quick;

impl BuildHasher for Quick {
    type Hasher = QuickHasher;

    fn build_hasher(&self) -> QuickHasher {
        QuickHasher(0x452E_821E_638D_0137)
    }
}

/// Eight bytes at a time.
pub(super) struct QuickHasher(u64);

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks();
        for eight in eights {
            self.0 = mixed(self.0 ^ u64::from_le_bytes(*eight), 0xBE54_66CF_34E9_0C6D);
        }
        let rest = rest.iter().fold(bytes.len() as u64, |rest, byte| rest << 8 | u64::from(*byte));
        self.0 = mixed(self.0 ^ rest, 0xBE54_66CF_34E9_0C6D);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mixed(self.0 ^ number, 0xBE54_66CF_34E9_0C6D);
    }

    /// The end of a text: it is the last thing that is told.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_keep_their_numbers() {
        let vocabulary = Vocabulary::default();
        let numbers: Vec<u32> = ["b", "été", "a", "b"].iter().map(|form| vocabulary.number(form).0).collect();
        assert_eq!(numbers, [0, 1, 2, 0]);
        let forms: Vec<String> = vocabulary.forms().iter().map(|form| form.folded().to_owned()).collect();
        assert_eq!(forms, ["b", "ete", "a"]);
        let again = Vocabulary::of_forms(vocabulary.forms().iter().map(|form| form.text.clone()).collect());
        assert_eq!(again.number("a").0, 2);
    }

    #[test]
    fn sums_of_prints_tell_sets_apart() {
        let sum = |words: &[(&str, u64)]| {
            let mut sum = FormPrint::default();
            words.iter().for_each(|(word, number)| sum.add(FormPrint::of(word).with(*number)));
            sum
        };
        assert_eq!(sum(&[("a", 1), ("b", 2)]), sum(&[("b", 2), ("a", 1)]));
        assert_ne!(sum(&[("a", 1), ("b", 2)]), sum(&[("a", 2), ("b", 1)]));
        assert_ne!(sum(&[("a", 1)]), sum(&[("a", 1), ("a", 1)]));
    }
}
