//! The mim's storage: texts by key, in the order of insertion, with tags. It is shared by all requests of this mim and
//! survives restarts. Keys have 1 to 1024 bytes, values at most 5 MiB.

use crate::{abi, result, Error, Result};

#[cfg(feature = "alloc")]
use crate::json::Reader;
#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};

/// `Absent` when there is no such item.
#[cfg(feature = "alloc")]
pub fn get(key: &str) -> Result<String> {
    result::text(unsafe { abi::storage_get(key.as_ptr(), key.len()) })
}

/// `Absent` when there is no such item, `Limit` when the buffer is too small.
pub fn get_into<'a>(key: &str, buffer: &'a mut [u8]) -> Result<&'a str> {
    result::text_into(unsafe { abi::storage_get(key.as_ptr(), key.len()) }, buffer)
}

/// Clears the tag of an item that had one.
pub fn set(key: &str, value: &str) -> Result<()> {
    result::done(unsafe { abi::storage_set(key.as_ptr(), key.len(), value.as_ptr(), value.len()) })
}

pub fn set_tagged(key: &str, value: &str, tag: &str) -> Result<()> {
    result::done(unsafe {
        abi::storage_set_tagged(key.as_ptr(), key.len(), value.as_ptr(), value.len(), tag.as_ptr(), tag.len())
    })
}

/// `Absent` when there is no such item.
pub fn remove(key: &str) -> Result<()> {
    result::done(unsafe { abi::storage_remove(key.as_ptr(), key.len()) })
}

/// Removes all items of a tag in one step; how many there were.
pub fn remove_tagged(tag: &str) -> Result<usize> {
    Error::check(unsafe { abi::storage_remove_tagged(tag.as_ptr(), tag.len()) })
}

/// Runs a function while no other request of this mim can change the storage. `Ok` keeps all that it changed, storage and
/// files, at once; `Err` undoes it. Inside, the response is held back and outbound calls are denied.
pub fn lock<T>(function: impl FnOnce() -> Result<T>) -> Result<T> {
    Error::check(unsafe { abi::storage_lock_begin() })?;
    match function() {
        Ok(value) => {
            Error::check(unsafe { abi::storage_lock_commit() })?;
            Ok(value)
        }
        Err(error) => {
            Error::check(unsafe { abi::storage_lock_rollback() })?;
            Err(error)
        }
    }
}

#[cfg(feature = "alloc")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub key: String,
    pub value: String,
    /// Empty when there is none.
    pub tag: String,
}

#[cfg(feature = "alloc")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub items: Vec<Item>,
    /// Where the next page begins; `None` after the last one.
    pub cursor: Option<String>,
}

/// The items of a tag, or of all tags and none when it is empty: 1 to 1000 of them, from the cursor of the page before, or
/// from the start when that is empty.
#[cfg(feature = "alloc")]
pub fn list(tag: &str, cursor: &str, limit: u32) -> Result<Page> {
    let limit = i32::try_from(limit).map_err(|_| Error::Invalid)?;
    let page =
        result::bytes(unsafe { abi::storage_list(tag.as_ptr(), tag.len(), cursor.as_ptr(), cursor.len(), limit) })?;
    read_page(&mut Reader::new(&page))
}

#[cfg(feature = "alloc")]
fn read_page(json: &mut Reader) -> Result<Page> {
    let mut items = Vec::new();
    json.expect("{\"items\":[")?;
    while !json.accept("]") {
        json.accept(",");
        json.expect("{\"key\":")?;
        let key = json.string()?;
        json.expect(",\"value\":")?;
        let value = json.string()?;
        json.expect(",\"tag\":")?;
        let tag = json.string()?;
        json.expect("}")?;
        items.push(Item { key, value, tag });
    }
    json.expect(",\"cursor\":")?;
    let cursor = if json.accept("null") { None } else { Some(json.string()?) };
    Ok(Page { items, cursor })
}

/// Items with JSON values by their content: `{"offset","limit","tag","filters","orderBy"}`, all optional; the answer is
/// `{"items":[…],"total":n}`.
#[cfg(feature = "alloc")]
pub fn query(json: &str) -> Result<String> {
    result::text(unsafe { abi::storage_query(json.as_ptr(), json.len()) })
}
