use mimosa_mim::{mim, storage, Error, Request, Response};

/// GET /?name=Ada greets, and counts the greetings.
fn handle(request: &Request, response: &mut Response) -> Result<(), Error> {
    if request.method() != "GET" {
        return response.error(405, "only GET is possible");
    }
    let name = request.query("name").unwrap_or_else(|_| "World".into());
    let count = storage::lock(|| {
        let count = storage::get("greetings").ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) + 1;
        storage::set("greetings", &count.to_string())?;
        Ok(count)
    })?;
    response.text(200, &format!("Hello {name}, greeting number {count}"))
}

mim!(handle);
