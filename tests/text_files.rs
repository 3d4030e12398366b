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

/// Files by hand, of the kinds that people have.
const DOCUMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/files");

/// A PDF file of so many pages that look the same.
fn pdf(look: &str, pages: usize) -> Vec<u8> {
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", page + 5)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Pages /Kids [{}] /Count {pages} >>",
            kids.join(" ")
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{look}\nendstream", look.len()),
    ];
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F 3 0 R >> >> >>";
    objects.extend(vec![page.to_owned(); pages]);
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = String::new();
    for (at, object) in objects.iter().enumerate() {
        places += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let (count, end) = (objects.len() + 1, file.len());
    file += &format!(
        "xref\n0 {count}\n0000000000 65535 f \n{places}trailer << /Size {count} /Root 1 0 R >>\nstartxref\n{end}\n%%EOF"
    );
    file.into_bytes()
}

/// What a reader of a document sees, headers and footers once, what was
/// deleted not at all; what is not read is named.
#[test]
fn documents_are_read_as_their_readers_see_them() -> Result<()> {
    let letter = "Analytical Engines Ltd\n\nAda Lovelace\n12 Park Lane\tLondon\n\nThe old name was Byron.\n\nIn a box: Oslo\n\nCell one\n\nCell two\n\nSee Charles Babbage.\n\nMary Somerville: Is this right?\n\nRegistered in Turin";
    let open = "Engines Ltd\n\nA letter\n\nAda  Lovelace\nmet Babbage.\n\nIn London.\n\nIs it so?\n\nTurin";
    let talk = "First slide\nin Geneva\n\nLast slide\nin Geneva\n\nThank Kofi.";
    let book = "Chapter one\nin Paris\n\nChapter two";
    let mail = "From: Ada L\u{f6}velace <ada@example.org>\nTo: Charles Babbage <charles@example.org>, \"Somerville, Mary\" <mary@example.org>\nCc: Engines: one@example.org, two@example.org;\nDate: Fri, 27 Nov 2026 14:33:28 +0100\nSubject: Gr\u{fc}\u{df}e aus Z\u{fc}rich\n\nWe met in Z\u{fc}rich, at the bank of the river.\n\nFrom: Luigi Menabrea <luigi@example.org>\nSubject: Turin\n\nFrom Torino\n\u{e0} bient\u{f4}t";
    Page::test(async |page| {
        page.open().await?;
        for (file, text, note) in [
            ("letter.docx", letter, ""),
            ("letter.odt", open, ""),
            ("talk.pptx", talk, ""),
            ("book.epub", book, ""),
            (
                "mail.eml",
                mail,
                "One attachment of mail.eml is not read: plan.pdf.",
            ),
        ] {
            let bytes = std::fs::read(format!("{DOCUMENTS}/{file}"))?;
            page.browser
                .run(OPEN_FILE, vec![json!(bytes), json!(file)])
                .await?;
            page.browser
                .until(&format!(
                    "document.getElementById('text').value === {}",
                    json!(text)
                ))
                .await?;
            assert_eq!(page.text_of("#text-note").await?, note);
        }
        let rtf = br"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 Ada in Z\'fcrich\par}";
        page.browser
            .run(OPEN_FILE, vec![json!(rtf.as_slice()), json!("a.rtf")])
            .await?;
        page.browser
            .until("document.getElementById('text').value === 'Ada in Z\u{fc}rich'")
            .await?;
        let pages = pdf(
            "BT /F 10 Tf 50 700 Td (Ada) Tj 0 -12 Td (in Rome) Tj 0 -40 Td (Kofi) Tj ET",
            2,
        );
        page.browser
            .run(OPEN_FILE, vec![json!(pages), json!("a.pdf")])
            .await?;
        page.browser
            .until("document.getElementById('text').value === 'Ada\\nin Rome\\n\\nKofi\\n\\nAda\\nin Rome\\n\\nKofi'")
            .await?;
        assert_eq!(page.text_of("#text-note").await?, "");
        // What is left out is said.
        let pages = pdf("BT /F 10 Tf 50 700 Td (Ada) Tj ET", 5001);
        page.browser
            .run(OPEN_FILE, vec![json!(pages), json!("long.pdf")])
            .await?;
        let note = "document.getElementById('text-note').textContent.startsWith('Of the 5,001 pages of long.pdf, the first 5,000 are read')";
        page.browser.until(note).await?;
        // What styles and scripts hold begins nothing.
        for (html, text) in [
            (
                "<style>/* <!-- */</style><p style='color:red'>Ada King",
                "Ada King",
            ),
            (
                "<style>p{content:'<textarea>'}</style><p>Ada <b>King</b><br>x",
                "Ada King\nx",
            ),
            (
                "<noscript><!--</noscript><svg><style/></svg><xmp>a  <b></xmp>c",
                "a  <b>\nc",
            ),
            (
                "<title>T</title><script><!--</script><img onerror=x()><p title='a>b'>a <i>\n b</i>",
                "T\na b",
            ),
        ] {
            page.browser
                .run(OPEN_FILE, vec![json!(html.as_bytes()), json!("a.html")])
                .await?;
            page.browser
                .until(&format!(
                    "document.getElementById('text').value === {}",
                    json!(text)
                ))
                .await?;
        }
        let sheet = std::fs::read(format!("{DOCUMENTS}/sheet.xlsx"))?;
        let outlook = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
        for (bytes, name, note) in [
            (&sheet[..], "sheet.xlsx", "Save it as CSV"),
            (&sheet[..300], "letter.docx", "it is damaged"),
            (&outlook, "mail.msg", "download it as EML"),
            (&outlook, "letter.docx", "a password"),
            (&outlook, "old.xls", "Save it as CSV"),
            (&outlook, "old.doc", "of the kind DOC"),
        ] {
            page.browser
                .run(OPEN_FILE, vec![json!(bytes), json!(name)])
                .await?;
            page.browser
                .until(&format!(
                    "document.getElementById('text-note').textContent.includes('{note}')"
                ))
                .await?;
        }
        page.console_is_clean()
    })
}
