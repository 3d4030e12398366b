//! Texts opened from files.

use crate::demo::Page;
use anyhow::Result;
use serde_json::json;

/// Opens a file of these bytes, as choosing it would.
const OPEN_FILE: &str = "
    const chosen = new DataTransfer();
    chosen.items.add(new File([new Uint8Array(arguments[0])], arguments[1]));
    const input = document.getElementById('file');
    input.files = chosen.files;
    input.dispatchEvent(new Event('change'));";

#[test]
fn text_files_are_opened_and_others_refused() -> Result<()> {
    Page::test(async |page| {
        page.open().await?;
        page.browser
            .run(
                OPEN_FILE,
                vec![json!("Z\u{fc}rich".as_bytes()), json!("a.txt")],
            )
            .await?;
        page.browser
            .until("document.getElementById('text').value === 'Z\u{fc}rich'")
            .await?;
        let name = "<img src=x onerror=alert(1)>.bin";
        page.browser
            .run(
                OPEN_FILE,
                vec![json!([0xff, 0x00, 0x00, 0x80]), json!(name)],
            )
            .await?;
        page.browser
            .until("document.getElementById('text-note').textContent.includes('UTF-8')")
            .await?;
        assert!(page.text_of("#text-note").await?.contains(name));
        let kept = "return document.getElementById('text').value";
        assert_eq!(page.browser.run(kept, Vec::new()).await?, "Z\u{fc}rich");

        // Older encodings are guessed, which is said: western, Korean,
        // Russian and Japanese. A word alone may be too little.
        for (bytes, name, text) in [
            (&b"In Z\xfcrich"[..], "Windows-1252", "In Z\u{fc}rich"),
            (&[0xbc, 0xad, 0xbf, 0xef][..], "EUC-KR", "\u{c11c}\u{c6b8}"),
            (
                b"\xcf\xf0\xe8\xe2\xe5\xf2 \xe8\xe7 \xcc\xee\xf1\xea\xe2\xfb, \xea\xe0\xea \xe4\xe5\xeb\xe0?",
                "Windows-1251",
                "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442} \u{438}\u{437} \u{41c}\u{43e}\u{441}\u{43a}\u{432}\u{44b}, \u{43a}\u{430}\u{43a} \u{434}\u{435}\u{43b}\u{430}?",
            ),
            (
                b"\x93\x8c\x8b\x9e\x83^\x83\x8f\x81[",
                "Shift_JIS",
                "\u{6771}\u{4eac}\u{30bf}\u{30ef}\u{30fc}",
            ),
        ] {
            page.browser
                .run(OPEN_FILE, vec![json!(bytes), json!("old.txt")])
                .await?;
            page.browser
                .until(&format!(
                    "document.getElementById('text').value === '{text}'"
                ))
                .await?;
            assert!(page.text_of("#text-note").await?.contains(name));
        }
        // The reader may know better, and a text of one's own has no encoding.
        let choose = "const list = document.getElementById('encoding');
            list.value = 'windows-1252';
            list.dispatchEvent(new Event('change'));";
        page.browser.run(choose, Vec::new()).await?;
        page.browser
            .until("document.getElementById('text').value.startsWith('\u{201c}\u{152}')")
            .await?;
        assert!(page.text_of("#text-note").await?.contains("Windows-1252"));
        page.type_text("Paris").await?;
        page.browser
            .until("document.getElementById('encodings').hidden")
            .await?;

        // Dropped anywhere on the page.
        let drop = "const transfer = new DataTransfer();
            transfer.items.add(new File(['Ada Lovelace'], 'b.txt'));
            document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));";
        page.browser.run(drop, Vec::new()).await?;
        page.browser
            .until("document.getElementById('text').value === 'Ada Lovelace'")
            .await?;
        page.console_is_clean()
    })
}
