//! With the small allocator: each event is dropped before the next one is made, so the stream needs no more memory.

use mimosa_mim::{mim, time, Error, Request, Response};

fn handle(request: &Request, response: &mut Response) -> Result<(), Error> {
    if request.path() != "/events" {
        return response.error(404, "there is only /events");
    }
    let count = parameter(request, "n", 3);
    let pause = parameter(request, "ms", 100);
    response.header("content-type", "text/event-stream")?.header("cache-control", "no-cache")?;
    for event in 1..=count {
        if event > 1 {
            time::sleep_ms(pause)?;
        }
        response.write(format!("data: {event}\n\n"))?;
    }
    response.end("")
}

/// A number of the query, or the one given when it is missing.
fn parameter(request: &Request, name: &str, otherwise: u32) -> u32 {
    request.query(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

mim!(handle);
