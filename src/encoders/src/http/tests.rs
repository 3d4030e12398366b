use std::io::{BufRead, BufReader};

use super::*;

#[test]
fn a_body_that_comes_byte_by_byte_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = BufReader::new(stream.try_clone().unwrap()).lines();
        while request.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        for _ in 0..100 {
            // The other side hangs up.
            if stream.write_all(b"x").is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let mut http = Http::new(&[], READ_TIME).unwrap();
    http.client = Client::builder().no_proxy().build().unwrap();
    http.slow_time = Duration::from_millis(100);
    let url = Url::parse(&url).unwrap();
    let answer = http
        .get(&url, &Headers::default(), &mut |_| {}, &|_| {})
        .unwrap();
    let error = http.read(answer, 1000).unwrap_err().to_string();
    assert!(error.ends_with("came too slowly"), "{error}");
    serving.join().unwrap();
}
