use mimosa_mim::{json, mim, percent_decode, storage, Error, Request, Response};

/// The counter is an item like the others.
const COUNT: &str = "count";

fn handle(request: &Request, response: &mut Response) -> Result<(), Error> {
    let path = request.path();
    let method = request.method();
    match (method.as_str(), path.as_str()) {
        ("POST", "/count") => response.text(200, &count()?.to_string()),
        ("GET", "/kv") => response.json(200, &list()?),
        _ => match path.strip_prefix("/kv/") {
            Some(key) => match method.as_str() {
                "GET" => answer(get(key), response),
                "PUT" => answer(put(key, request), response),
                "DELETE" => answer(delete(key), response),
                _ => response.error(405, "an item has GET, PUT and DELETE"),
            },
            None => response.error(404, "there are /kv, /kv/<key> and POST /count"),
        },
    }
}

fn get(key: &str) -> Result<Option<String>, Error> {
    storage::get(&percent_decode(key)?).map(Some)
}

fn put(key: &str, request: &Request) -> Result<Option<String>, Error> {
    let value = String::from_utf8(request.body()?).map_err(|_| Error::Invalid)?;
    storage::set(&percent_decode(key)?, &value)?;
    Ok(None)
}

fn delete(key: &str) -> Result<Option<String>, Error> {
    match storage::remove(&percent_decode(key)?) {
        Ok(()) | Err(Error::Absent) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A value, or that all is done; an error by the status that fits.
fn answer(outcome: Result<Option<String>, Error>, response: &mut Response) -> Result<(), Error> {
    match outcome {
        Ok(Some(value)) => response.text(200, &value),
        Ok(None) => response.status(204)?.end(""),
        Err(Error::Absent) => response.error(404, "absent"),
        Err(Error::Invalid) => response.error(400, "invalid"),
        Err(Error::Limit) => response.error(413, "limit"),
        Err(error) => response.error(503, error.name()),
    }
}

/// The keys, as a JSON array.
fn list() -> Result<String, Error> {
    let mut keys = Vec::new();
    let mut cursor = Some(String::new());
    while let Some(from) = cursor {
        let page = storage::list("", &from, 100)?;
        keys.extend(page.items.iter().map(|item| json::quote(&item.key)));
        cursor = page.cursor;
    }
    Ok(format!("[{}]", keys.join(",")))
}

/// Requests that count at the same time wait for each other.
fn count() -> Result<u64, Error> {
    storage::lock(|| {
        let number = match storage::get(COUNT) {
            Ok(text) => text.parse::<u64>().unwrap_or(0),
            Err(Error::Absent) => 0,
            Err(error) => return Err(error),
        };
        let next = number.wrapping_add(1);
        storage::set(COUNT, &next.to_string())?;
        Ok(next)
    })
}

mim!(handle);
