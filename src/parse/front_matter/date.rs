//! [`Date`]: a day, perhaps with a time, perhaps with an offset from UTC.

use std::{cmp::Ordering, fmt};

use jiff::{Timestamp, civil, fmt::rfc2822, tz::Offset};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What to write for a date.
pub const DATE_HINT: &str = "write `2026-05-31` or `2026-05-31 14:00`";

/// A day, perhaps with a time, perhaps with an offset from UTC.
///
/// Ordered by the moment it stands for: a day begins at midnight, a time without an offset is UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Date {
    day: civil::Date,
    time: Option<civil::Time>,
    offset: Option<Offset>,
}

impl Date {
    /// Reads `2024-05-01`, `2024-05-01 10:00`, `2024-05-01T10:00:00.5+02:00`, and dates of e-mails (RFC 2822).
    ///
    /// Before the offset (`Z`, `+02`, `+02:00`, `+0200`) there may be a space.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        parse_iso(text).or_else(|| parse_email(text))
    }

    /// A whole day.
    pub fn from_day(day: civil::Date) -> Self {
        Self { day, time: None, offset: None }
    }

    /// The day, in UTC, of a moment in seconds since 1970; one that no calendar has is 1970.
    pub fn from_seconds(seconds: i64) -> Self {
        let moment = jiff::Timestamp::from_second(seconds).unwrap_or_default();
        Self::from_day(moment.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// The day, in the author's time zone.
    pub fn day(&self) -> civil::Date {
        self.day
    }

    /// The time of the day, if there is one.
    pub fn time(&self) -> Option<civil::Time> {
        self.time
    }

    /// The offset from UTC, if there is one.
    pub fn offset(&self) -> Option<Offset> {
        self.offset
    }

    /// The moment it stands for; the edges of what `jiff` can count are held.
    pub fn timestamp(&self) -> Timestamp {
        let moment = self.day.to_datetime(self.time.unwrap_or_default());
        let edge = if self.day.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
        self.offset.unwrap_or(Offset::UTC).to_timestamp(moment).unwrap_or(edge)
    }
}

fn parse_iso(text: &str) -> Option<Date> {
    let (year, rest) = digits(text, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let day = civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
        .ok()?;
    if rest.is_empty() {
        return Some(Date::from_day(day));
    }
    let (time, rest) = parse_time(rest.strip_prefix(['T', 't', ' '])?.trim_start())?;
    let rest = rest.trim_start();
    let offset = if rest.is_empty() { None } else { Some(parse_offset(rest)?) };
    Some(Date { day, time: Some(time), offset })
}

fn parse_time(text: &str) -> Option<(civil::Time, &str)> {
    let (hour, rest) = digits(text, 1, 2)?;
    let (minute, mut rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let (mut second, mut nanosecond) = (0, 0);
    if let Some(seconds) = rest.strip_prefix(':') {
        (second, rest) = digits(seconds, 2, 2)?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.trim_start_matches(|character: char| character.is_ascii_digit());
            let written = &fraction[..fraction.len() - rest.len()];
            if written.is_empty() {
                return None;
            }
            nanosecond = format!("{written:0<9}")[..9].parse().ok()?;
        }
    }
    let part = |number: u32| i8::try_from(number).ok();
    Some((civil::Time::new(part(hour)?, part(minute)?, part(second)?, nanosecond).ok()?, rest))
}

fn parse_offset(text: &str) -> Option<Offset> {
    if text.eq_ignore_ascii_case("z") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = rest.split_at_checked(2)?;
    let (hours, _) = digits(hours, 2, 2)?;
    let (minutes, rest) =
        if rest.is_empty() { (0, "") } else { digits(rest.strip_prefix(':').unwrap_or(rest), 2, 2)? };
    if !rest.is_empty() || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * i32::try_from(hours * 3600 + minutes * 60).ok()?).ok()
}

/// A number of `min` to `max` digits, and what follows.
fn digits(text: &str, min: usize, max: usize) -> Option<(u32, &str)> {
    let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(min..=max).contains(&n_digits) {
        return None;
    }
    Some((text[..n_digits].parse().ok()?, &text[n_digits..]))
}

fn parse_email(text: &str) -> Option<Date> {
    let zoned = rfc2822::parse(text).ok()?;
    Some(Date { day: zoned.date(), time: Some(zoned.time()), offset: Some(zoned.offset()) })
}

impl Ord for Date {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.offset == other.offset {
            // Moments are in the order of what clocks of one time zone show, which costs less to compare.
            let shown = |date: &Self| (date.day, date.time.unwrap_or_default(), date.time);
            return shown(self).cmp(&shown(other));
        }
        let key = |date: &Self| (date.timestamp(), date.day, date.time, date.offset.map(Offset::seconds));
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Date {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// ISO 8601, with as much as is known: `2024-05-01`, `2024-05-01T10:00:00`, `2024-05-01T10:00:00+02:00`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.day)?;
        if let Some(time) = self.time {
            write!(f, "T{time}")?;
        }
        match self.offset {
            None => Ok(()),
            Some(Offset::UTC) => f.write_str("Z"),
            Some(offset) => {
                let minutes = offset.seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("no date"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_all_habits_are_read() {
        let check = |text: &str, expected: &str| {
            let date = Date::parse(text).map(|date| date.to_string());
            assert_eq!(date.as_deref().unwrap_or("-"), expected, "{text}");
        };
        check("2024-05-01", "2024-05-01");
        check(" 2024-5-1 ", "2024-05-01");
        check("2024-05-01 10:00", "2024-05-01T10:00:00");
        check("2024-05-01T9:05:06", "2024-05-01T09:05:06");
        check("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z");
        check("2024-05-01 10:00:00.25 +02:00", "2024-05-01T10:00:00.25+02:00");
        check("2024-05-01 10:00:00 -0930", "2024-05-01T10:00:00-09:30");
        check("2024-05-01t10:00+02", "2024-05-01T10:00:00+02:00");
        check("Wed, 1 May 2024 10:00:00 +0200", "2024-05-01T10:00:00+02:00");
        check("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
        for bad in [
            "",
            "2024",
            "2024-05",
            "2024-02-30",
            "2024-13-01",
            "May 1",
            "01.05.2024",
            "2024-05-01 25:00",
            "2024-05-01T",
            "2024-05-01 10",
            "2024-05-01 10:00 CET",
            "2024-05-01 10:00:00.",
            "2024-05-01 10:00 +2:00",
            "24-05-01",
            "2024-05-01 10:00 é",
            "2024-05-01é",
            "99999999999-01-01",
        ] {
            check(bad, "-");
        }
    }

    #[test]
    fn order_is_that_of_moments() {
        let date = |text: &str| Date::parse(text).expect("a date");
        assert!(date("2024-05-01 01:00 +02:00") < date("2024-05-01"));
        assert!(date("2024-05-01") < date("2024-05-01 00:00"));
        assert!(date("2024-05-01 00:00") < date("2024-05-01 00:00 Z"));
        assert!(date("9999-12-31 23:59 -23:00") > date("9999-12-30"));
        assert_eq!(date("2024-05-01").cmp(&date("2024-5-1")), Ordering::Equal);
    }

    proptest::proptest! {
        #[test]
        fn what_is_displayed_is_read_again(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?( ?(Z|[+-][01][0-9]:?[0-5][0-9]))?)?") {
            if let Some(date) = Date::parse(&text) {
                assert_eq!(Date::parse(&date.to_string()), Some(date));
            }
        }

        #[test]
        fn order_is_that_of_moments_also_in_one_zone(
            a in "(0001|2024|9999)-(01|12)-[0-3]1( [0-2][0-3]:00)?( [+-]0[12])?",
            b in "(0001|2024|9999)-(01|12)-[0-3]1( [0-2][0-3]:00)?( [+-]0[12])?",
        ) {
            if let (Some(a), Some(b)) = (Date::parse(&a), Date::parse(&b)) {
                let moments = a.timestamp().cmp(&b.timestamp());
                assert_eq!(moments.then(a.cmp(&b)), a.cmp(&b), "{a} {b}");
            }
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,30}") {
            Date::parse(&text);
        }
    }
}
