//! [`SectionOrder`]: the order in which a section lists its children. No two of a section are equal in it.

use std::cmp::Ordering;

use crate::{
    parse::{
        front_matter::{Date, Order, Sort},
        slug,
    },
    site::{
        pages::Pages,
        section::{Child, Section, SectionId},
    },
};

/// How a section is sorted.
#[derive(Clone, Copy)]
pub(super) struct SectionOrder {
    sort: Sort,
    is_descending: bool,
}

/// What a child is sorted by.
pub(super) struct SortKey<'a> {
    weight: i64,
    date: Option<&'a Date>,
    title: &'a str,
    name: &'a str,
}

/// What a child is sorted by, among its section's.
pub(super) fn key<'a>(
    child: Child,
    section_of: impl Fn(SectionId) -> &'a Section,
    pages: &'a Pages,
) -> SortKey<'a> {
    let (page, title, path) = match child {
        Child::Page(id) => {
            let page = pages.get(id);
            (Some(page), page.title.as_str(), &page.key)
        }
        Child::Section(id) => {
            let section = section_of(id);
            (section.page.map(|page| pages.get(page)), section.title.as_str(), &section.folder)
        }
    };
    SortKey {
        weight: page.and_then(|page| page.front.weight).unwrap_or(i64::MAX),
        date: page.and_then(|page| page.date()),
        title,
        name: path.file_name(),
    }
}

impl SectionOrder {
    /// The order of a section.
    pub(super) fn of(section: &Section, pages: &Pages) -> Self {
        let is_descending = match section.page.and_then(|page| pages.get(page).front.order) {
            Some(Order::Asc) => false,
            Some(Order::Desc) => true,
            None => section.sort == Sort::Date,
        };
        Self { sort: section.sort, is_descending }
    }

    /// Which of two children comes first.
    pub(super) fn compare(self, a: &SortKey<'_>, b: &SortKey<'_>) -> Ordering {
        let by_name = || slug::natural_cmp(a.name, b.name);
        let ordering = match self.sort {
            Sort::Weight => a.weight.cmp(&b.weight).then_with(by_name),
            Sort::Title => slug::natural_cmp(a.title, b.title).then_with(by_name),
            Sort::Path => by_name(),
            Sort::Date => match (a.date, b.date) {
                (Some(a_date), Some(b_date)) => a_date.cmp(b_date).then_with(by_name),
                // What has no date comes last in either direction.
                (Some(_), None) => return Ordering::Less,
                (None, Some(_)) => return Ordering::Greater,
                (None, None) => return by_name(),
            },
        };
        if self.is_descending { ordering.reverse() } else { ordering }
    }
}
