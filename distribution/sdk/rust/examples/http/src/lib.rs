use mimosa_mim::http::{self, Call};
use mimosa_mim::{mim, Error, Request, Response};

fn handle(request: &Request, response: &mut Response) -> Result<(), Error> {
    let path = request.path();
    if path != "/fetch" && path != "/proxy" {
        return response.error(404, "there are /fetch and /proxy");
    }
    let url = match request.query("url") {
        Ok(url) if !url.is_empty() => url,
        _ => return response.error(400, "give the address to call as ?url="),
    };
    if path == "/fetch" {
        fetch(&url, response)
    } else {
        proxy(&url, response)
    }
}

fn fetch(url: &str, response: &mut Response) -> Result<(), Error> {
    match http::get(url) {
        Ok(answer) => {
            let json = format!("{{\"status\":{},\"length\":{}}}", answer.status, answer.body.len());
            response.json(200, &json)
        }
        Err(error) => response.error(502, error.name()),
    }
}

/// Sends each piece of the answer on as it arrives. When the answer breaks off, so does the response.
fn proxy(url: &str, response: &mut Response) -> Result<(), Error> {
    let mut answer = match Call::get(url).stream() {
        Ok(answer) => answer,
        Err(error) => return response.error(502, error.name()),
    };
    response.status(answer.status)?;
    if let Ok(content_type) = http::header("content-type") {
        response.header("content-type", &content_type)?;
    }
    while let Some(piece) = answer.read()? {
        response.write(piece)?;
    }
    response.end("")
}

mim!(handle);
