//! Names and numbers that templates are filled with, beside the names of the
//! corpus itself: of many origins, as visitors have them.

/// Given names.
#[rustfmt::skip]
pub(super) const FIRST: &[&str] = &[
    "Maria", "John", "Sarah", "Wei", "Priya", "Ahmed", "Fatima", "Olga", "Jürgen", "Chloé", "Mateo",
    "Yuki", "Min-jun", "Ji-woo", "Aisha", "Kwame", "Ngozi", "Thabo", "Lars", "Ingrid", "Søren",
    "Bjørn", "Zoë", "Siobhán", "Liam", "Noah", "Emma", "Olivia", "James", "Robert", "Michael",
    "David", "Jennifer", "Linda", "Patricia", "Susan", "Karen", "Nancy", "Anna", "Peter", "Paul",
    "Mark", "Thomas", "Andrew", "Daniel", "Laura", "Julia", "Sofia", "Lucía", "Carlos", "Javier",
    "Diego", "Ana", "João", "Beatriz", "Tiago", "Giulia", "Marco", "Luca", "Francesca", "Pierre",
    "Camille", "Hélène", "Jean-Luc", "Klaus", "Heike", "Stefan", "Ursula", "Agnieszka", "Tomasz",
    "Katarzyna", "Petr", "Jana", "Zsófia", "Gábor", "Dimitri", "Svetlana", "Ivan", "Natalia",
    "Oleksandr", "Ioana", "Elena", "Nikos", "Eleni", "Mehmet", "Ayşe", "Emre", "Omar", "Layla",
    "Hassan", "Noor", "Yusuf", "Reza", "Leila", "Arjun", "Ananya", "Rahul", "Deepika", "Sanjay",
    "Lakshmi", "Thanh", "Linh", "Somchai", "Nattapong", "Putri", "Budi", "Mei", "Jing", "Hiroshi",
    "Sakura", "Kenji", "Haruto", "Seo-yeon", "Chinedu", "Amara", "Tendai", "Zanele", "Abebe",
    "Hana", "Rosa", "Miguel", "Guadalupe", "Valentina", "Thiago", "Renata", "Tane", "Aroha",
    "Grace", "Ruth", "Samuel", "Esther", "Isaac", "Miriam", "Kevin", "Brandon", "Ashley", "Tyler",
    "Megan", "Dylan", "Rhys", "Fiona", "Callum", "Niamh", "Oscar", "Astrid", "Aino", "Mikko",
];

/// Family names.
#[rustfmt::skip]
pub(super) const LAST: &[&str] = &[
    "Smith", "Johnson", "Williams", "Brown", "Jones", "Miller", "Davis", "Wilson", "Taylor",
    "Clark", "Lewis", "Walker", "Hall", "Young", "King", "Wright", "Green", "Baker", "Carter",
    "O'Brien", "O'Neill", "McCarthy", "MacLeod", "Murphy", "Kelly", "Gallagher", "Evans", "Hughes",
    "Schmidt", "Müller", "Weber", "Hoffmann", "Schäfer", "Vogel", "von Bergen", "Huber", "Gruber",
    "de Vries", "van den Berg", "Jansen", "Bakker", "Dubois", "Lefèvre", "Moreau", "Girard",
    "Rossi", "Bianchi", "Ferrari", "Conti", "García", "Martínez", "López", "Hernández", "Torres",
    "Gutiérrez", "Silva", "Santos", "Oliveira", "Carvalho", "Ferreira", "Kowalski", "Nowak",
    "Wiśniewska", "Novák", "Dvořák", "Horváth", "Nagy", "Popescu", "Ionescu", "Petrov", "Ivanova",
    "Kuznetsov", "Shevchenko", "Bondarenko", "Papadopoulos", "Yılmaz", "Demir", "Hansen", "Nielsen",
    "Larsen", "Johansson", "Lindqvist", "Virtanen", "Korhonen", "Haddad", "Al-Farsi", "El Sayed",
    "Khan", "Hussain", "Ahmadi", "Rahimi", "Patel", "Sharma", "Singh", "Iyer", "Gupta", "Banerjee",
    "Reddy", "Nguyen", "Tran", "Pham", "Wang", "Li", "Zhang", "Chen", "Liu", "Huang", "Wong",
    "Tanaka", "Suzuki", "Watanabe", "Yamamoto", "Kim", "Park", "Lee", "Choi", "Jung", "Santoso",
    "Okafor", "Adeyemi", "Mensah", "Osei", "Mwangi", "Ndlovu", "Dlamini", "Tesfaye", "Diallo",
    "Traoré", "Rivera", "Ramírez", "Vargas", "Castillo", "Rojas", "Mendoza", "Cohen", "Levy",
    "Goldberg", "Fischer", "Becker", "Wagner", "Keller", "Meier", "Frei", "Baumann", "Sokolov",
];

/// Places.
#[rustfmt::skip]
pub(super) const PLACES: &[&str] = &[
    "Berlin", "Paris", "London", "New York", "San Francisco", "Los Angeles", "Chicago", "Boston",
    "Seattle", "Austin", "Denver", "Toronto", "Vancouver", "Montréal", "Mexico City", "São Paulo",
    "Rio de Janeiro", "Buenos Aires", "Lima", "Bogotá", "Santiago", "Madrid", "Barcelona", "Lisbon",
    "Porto", "Rome", "Milan", "Naples", "Vienna", "Zürich", "Geneva", "Munich", "Hamburg",
    "Cologne", "Frankfurt", "Amsterdam", "Rotterdam", "Brussels", "Copenhagen", "Oslo", "Stockholm",
    "Helsinki", "Tallinn", "Riga", "Vilnius", "Warsaw", "Kraków", "Prague", "Brno", "Budapest",
    "Bucharest", "Sofia", "Belgrade", "Zagreb", "Ljubljana", "Athens", "Istanbul", "Ankara", "Kyiv",
    "Lviv", "Moscow", "Tbilisi", "Yerevan", "Tel Aviv", "Jerusalem", "Cairo", "Casablanca", "Tunis",
    "Lagos", "Abuja", "Accra", "Nairobi", "Kampala", "Addis Ababa", "Johannesburg", "Cape Town",
    "Dubai", "Riyadh", "Tehran", "Karachi", "Lahore", "Mumbai", "Delhi", "Bangalore", "Chennai",
    "Kolkata", "Dhaka", "Colombo", "Bangkok", "Hanoi", "Ho Chi Minh City", "Singapore",
    "Kuala Lumpur", "Jakarta", "Manila", "Hong Kong", "Shanghai", "Beijing", "Shenzhen", "Taipei",
    "Seoul", "Busan", "Tokyo", "Osaka", "Kyoto", "Sydney", "Melbourne", "Auckland", "Wellington",
    "Dublin", "Cork", "Edinburgh", "Glasgow", "Manchester", "Birmingham", "Leeds", "Cardiff",
    "Belfast", "Germany", "France", "Spain", "Italy", "Poland", "Canada", "Brazil", "Japan",
    "South Korea", "India", "Kenya", "Nigeria", "Australia", "United States", "USA", "UK",
    "Switzerland", "Austria", "Texas", "California", "Ohio", "Bavaria", "Springfield", "Portland",
    "Cambridge", "Oxford", "Leipzig", "Dresden", "Lyon", "Marseille", "Toulouse", "Seville",
    "Turin", "Ghent", "Utrecht", "Gothenburg", "Aarhus",
];

/// Organizations that are names by themselves.
#[rustfmt::skip]
pub(super) const ORGANIZATIONS: &[&str] = &[
    "Google", "Microsoft", "Apple", "Amazon", "Tesla", "IBM", "Intel", "Nvidia", "Samsung", "Sony",
    "Toyota", "Siemens", "Bosch", "BASF", "Volkswagen", "BMW", "Nestlé", "Novartis", "Roche", "UBS",
    "Shell", "Target", "Gap", "Boots", "Next", "Subway", "Puma", "Square", "Stripe", "Virgin", "ING",
    "Burger King", "Whole Foods", "Best Buy", "Home Depot", "Aldi", "Carrefour", "Co-op", "Santander",
    "Barclays", "Royal Mail", "British Gas",
    "HSBC", "Deutsche Bank", "Goldman Sachs", "JPMorgan", "Deloitte", "KPMG", "PwC", "McKinsey",
    "Accenture", "Oracle", "SAP", "Salesforce", "Adobe", "Netflix", "Spotify", "Uber", "Airbnb",
    "PayPal", "Visa", "Mastercard", "Pfizer", "Bayer", "Boeing", "Airbus", "Lufthansa", "Emirates",
    "DHL", "FedEx", "UPS", "IKEA", "H&M", "Zara", "Unilever", "Danone", "Heineken",
    "Stanford University", "MIT", "Harvard", "University of Oxford", "ETH Zürich", "Unicef",
    "Red Cross", "WHO", "NATO", "United Nations", "European Commission", "NASA", "FBI", "BBC",
    "Reuters", "CNN", "The Guardian", "Wikipedia", "Mozilla", "GitHub", "Slack", "Zoom", "Dropbox",
    "Vodafone", "Telekom", "Orange", "AT&T", "Verizon", "Walmart", "Costco", "Tesco", "Lidl",
];

/// What invented companies are called before their form.
#[rustfmt::skip]
pub(super) const COMPANY: &[&str] = &[
    "Acme", "Globex", "Initech", "Northwind", "Contoso", "Bluewater", "Redstone", "Silverline",
    "Brightpath", "Greenfield", "Summit", "Pinnacle", "Horizon", "Atlas", "Orion", "Vertex",
    "Quantum", "Nova", "Zenith", "Lighthouse", "Harbor", "Ironbridge", "Oakwood", "Riverside",
    "Stonegate", "Falcon", "Phoenix", "Delta", "Sigma", "Meridian", "Polaris", "Evergreen",
    "Cascade", "Aurora", "Helix", "Nimbus", "Cobalt", "Crescent", "Keystone", "Landmark", "Tanaka",
    "Weber", "Rossi", "Okafor", "Patel", "Lindqvist", "Moreau", "Novák",
];

/// What an invented company does; may stand between name and form.
#[rustfmt::skip]
pub(super) const TRADE: &[&str] = &[
    "Systems", "Logistics", "Software", "Consulting", "Energy", "Foods", "Pharma", "Industries",
    "Media", "Robotics", "Partners", "Analytics", "Capital", "Construction", "Design", "Textiles",
    "Solutions", "Technologies", "Motors", "Insurance", "Bank", "Airlines", "Labs", "Studios",
    "Bau", "Handel", "Immobilien", "Fietsen", "Bouw", "Transport", "Konsult", "Bygg", "Alimentos",
    "Servicios", "Metalli", "Tessuti", "Elektronik", "Yapı", "Budowa", "Imports", "Plumbing",
];

/// Legal forms.
#[rustfmt::skip]
pub(super) const FORM: &[&str] = &[
    "Ltd.", "Ltd", "Inc.", "Inc", "LLC", "GmbH", "AG", "S.A.", "B.V.", "plc", "Corp.", "Co.",
    "Group", "Holdings", "Foundation", "& Co", "& Sons", "SE", "Oy", "AB", "Pty Ltd", "S.p.A.",
    "(Pty) Ltd", "Pte Ltd", "Pvt. Ltd.", "Sdn Bhd", "LLP", "PLC", "Limited", "Co. Ltd.", "KG", "AS",
    "A/S", "ApS", "HB", "S.L.", "S.r.l.", "SARL", "SAS", "N.V.", "BV", "Lda", "d.o.o.", "s.r.o.",
    "Kft.", "Sp. z o.o.", "JSC", "KK", "Trust", "Association", "& Partners", "& Daughters", "Bros.",
];

/// What companies are called after their founders (`^`, a family name) in other
/// languages.
#[rustfmt::skip]
pub(super) const FOUNDER: &[&str] = &[
    "Grupo ^", "Studio ^", "Casa ^", "Gebrüder ^", "^ et Fils", "^ y Asociados", "Bodegas ^",
    "Editorial ^", "Fratelli ^", "^ Lojistik", "^ Gıda", "Seguros ^", "Transportes ^", "Maison ^",
    "Café ^", "Clínica ^", "Librería ^", "Autohaus ^", "Bäckerei ^", "^ Spedition", "Kancelaria ^",
    "Stavby ^", "^ Fastigheter", "^ Rederi", "PT ^", "^ Shipping", "^ Estates", "^ Bakery", "^'s",
    "^ Castings", "^ Property Management", "^ Law Office", "^ Energía", "Minera ^", "Ferrovia ^",
];

/// Teams, `%` being their place.
#[rustfmt::skip]
pub(super) const TEAM: &[&str] = &[
    "%", "%", "% United", "% City", "FC %", "% FC", "Real %", "Sporting %", "% Rovers", "% Wanderers",
    "Deportivo %", "SK %", "% Lions", "% Tigers", "Dynamo %", "AC %", "% Rangers", "% Athletic",
];

/// Institutions, `%` being their place, where they have one.
#[rustfmt::skip]
pub(super) const INSTITUTION: &[&str] = &[
    "University of %", "% University", "Bank of %", "% General Hospital", "City of %",
    "% Chamber of Commerce", "% Police Department", "% Institute of Technology", "Museum of %",
    "% Primary School", "% High School", "% Borough Council", "% Medical Centre", "% Courier",
    "% Times", "Port of %", "% Water Authority", "% Business School", "% Red Cross", "% Hospice",
    "% Police", "% Heart Clinic", "% Fire Brigade", "Friends of %", "% Football Club", "Air %",
    "Universidad de %", "Universität %", "Hochschule %", "Lycée %", "Gymnasium %", "Instituto %",
    "Fundação %", "%skolan", "%skóli", "% District Council", "Embassy of %", "% Airlines",
    "% Railways", "% Public Library", "Royal %", "% Dental Practice", "Kommune %", "Szkoła %",
    "Ministry of Health", "Ministry of Ports and Roads", "Department for Transport", "Home Office",
    "Supreme Court", "Court of Appeal", "High Court",
];

/// What places in the open, and some towns, are called, `^` being a name.
#[rustfmt::skip]
pub(super) const LANDSCAPE: &[&str] = &[
    "Lake ^", "Mount ^", "^ Sea", "^ Valley", "^ Bay", "Cape ^", "^ Hills", "^ Island", "River ^",
    "^ Forest", "^ National Park", "^ Bridge", "^ Airport", "Port ^", "San ^", "Fort ^", "^ Heath",
    "^ Harbour", "Wadi ^", "Upper ^", "North ^", "^ Republic", "^ Falls", "^ Creek", "^ Square",
];

/// What may stand before a family name.
#[rustfmt::skip]
pub(super) const PARTICLE: &[&str] = &[
    "van der", "van den", "de", "de la", "von", "da", "dos", "del", "di", "bin", "ibn", "Te",
    "ter", "zu", "le", "Ó", "ap",
];

/// What stands behind a name and is no part of it.
#[rustfmt::skip]
pub(super) const POST: &[&str] = &[
    "KC", "QC", "LJ", "J", "MP", "OBE", "MBE", "PhD", "Ph.D.", "MD", "M.D.", "Esq.", "RN", "CPA",
    "PMP", "MBA", "BSc", "MSc", "FRCS", "FRCP", "DVM", "MEP", "CEng",
];

/// Institutions of a saint or founder, `^` being the name.
#[rustfmt::skip]
pub(super) const NAMED: &[&str] = &[
    "St. ^'s Hospital", "St ^'s College", "St. ^'s Hospice", "^ Institute", "^ Foundation",
    "^ University Press", "^ Books", "^ Medical Center", "^ School", "^ Museum", "^ Prize Committee",
];

/// Streets of English, whose house number stands before them; `^` is a name.
#[rustfmt::skip]
pub(super) const STREET: &[&str] = &[
    "High Street", "Main Street", "Church Road", "Park Avenue", "Station Road", "Elm Street",
    "Maple Drive", "King's Road", "Victoria Street", "Mill Lane", "Oak Avenue", "Sunset Boulevard",
    "^ Street", "^ Road", "^ Avenue", "^ Lane", "^ Drive", "^ Way", "^ Close", "^ Terrace",
    "^ Gardens", "^ Rd", "^ Ave", "^ Court", "^ Crescent", "rue ^", "Old ^ Road", "^ Boulevard",
];

/// Streets of other languages, whose house number stands behind them.
#[rustfmt::skip]
pub(super) const ABROAD: &[&str] = &[
    "^straße", "^strasse", "^weg", "^platz", "^straat", "^laan", "^gatan", "^vej", "^gate", "Via ^",
    "Calle ^", "Avenida ^", "Rua ^", "Plaza ^", "Piazza ^", "Carrera ^", "Ulica ^", "^ utca", "^ Sokak",
];

/// Positions, which are no names.
#[rustfmt::skip]
pub(super) const POSITION: &[&str] = &[
    "Senior Software Engineer", "Project Manager", "Head of Sales", "Chief Executive Officer",
    "CFO", "CTO", "Account Manager", "Data Scientist", "Marketing Director", "HR Manager",
    "Legal Counsel", "Research Assistant", "Team Lead", "Product Owner", "Office Manager",
    "Customer Support", "Sales Representative", "Accountant", "Nurse", "Teacher",
];

/// What stands before a name and is no part of it.
#[rustfmt::skip]
pub(super) const TITLE: &[&str] = &[
    "Mr", "Mrs", "Ms", "Dr", "Mr", "Mrs", "Ms", "Dr", "Mr.", "Mrs.", "Ms.", "Dr.", "Miss", "Prof.",
    "Professor", "Prof", "Rev.", "Reverend", "Sir", "Dame", "Lady", "Lord", "Cllr", "Councillor",
    "Judge", "Justice", "Captain", "Capt.", "Sgt", "Sergeant", "Officer", "Sister", "Brother",
    "Father", "Nurse", "Coach", "Minister", "Senator", "Herr", "Frau", "Madame", "Señora", "Rabbi",
    "Imam", "Sheikh", "Messrs.", "Hon.", "MR", "MRS", "MS", "DR", "Mme", "Mlle", "Sra.", "Ing.",
    "Dr.-Ing.", "Dott.", "Lt.", "PC", "DS", "Auntie", "Aunt", "Uncle", "Granny", "Cousin",
];

/// First words of names in corpora that label a title with the name.
#[rustfmt::skip]
pub(super) const OFFICE: &[&str] = &[
    "Mr.", "Mrs.", "Ms.", "Dr.", "Miss", "President", "Prime", "Minister", "Secretary", "General",
    "Senator", "Vice", "Pope", "Chancellor", "Ambassador", "Governor", "King", "Queen", "Prince",
    "Judge", "Colonel", "Foreign", "Defense", "Ayatollah", "Chairman", "Director", "Spokesman",
];

/// Peoples and languages, which are no places.
#[rustfmt::skip]
pub(super) const NATIONALITY: &[&str] = &[
    "British", "German", "French", "Spanish", "Italian", "Polish", "Portuguese", "Dutch", "Swedish",
    "Norwegian", "Danish", "Finnish", "Greek", "Turkish", "Russian", "Ukrainian", "Romanian", "Czech",
    "Hungarian", "Swiss", "Austrian", "Irish", "Scottish", "Welsh", "American", "Canadian", "Mexican",
    "Brazilian", "Chilean", "Peruvian", "Colombian", "Korean", "Japanese", "Chinese", "Indian",
    "Tamil", "Thai", "Vietnamese", "Indonesian", "Filipino", "Nigerian", "Ghanaian", "Kenyan",
    "Ethiopian", "Egyptian", "Moroccan", "Iranian", "Persian", "Arabic", "Hebrew", "Tongan",
    "Australian", "Icelandic", "Yoruba", "Igbo", "Urdu",
];

/// What programs call their classes by, two at a time.
#[rustfmt::skip]
pub(super) const PART: &[&str] = &[
    "Mail", "Invoice", "Order", "User", "Date", "Json", "File", "Base", "Http", "Event", "Sender",
    "Service", "Format", "Handler", "Factory", "Parser", "Reader", "Manager", "Client", "Job",
];

/// Products, which are no organizations.
#[rustfmt::skip]
pub(super) const PRODUCT: &[&str] = &[
    "Android", "Chrome", "Firefox", "Safari", "Edge", "Windows", "Windows 11", "macOS", "iPhone",
    "iPhone 15", "iPad", "MacBook Pro", "Excel", "Word", "PowerPoint", "Outlook", "Photoshop",
    "Python", "Java", "Kotlin", "JavaScript", "TypeScript", "Rust", "Docker", "Kubernetes", "Jira",
    "Confluence", "PostgreSQL", "MySQL", "Redis", "Linux", "Ubuntu", "Debian", "React", "Django",
    "Galaxy S24", "Kindle", "PlayStation", "Xbox", "Gmail", "Google Maps", "Teams", "AutoCAD",
    "QuickBooks", "Corolla", "Golf", "Model 3", "Nespresso", "Lego", "Aspirin", "Ibuprofen",
    "Paracetamol", "Metformin", "Nutella", "WordPress", "Bluetooth", "Wi-Fi", "ChatGPT", "Mozilla",
];

/// Abbreviations that name no organization.
#[rustfmt::skip]
pub(super) const SHORT: &[&str] = &[
    "NDA", "SSO", "API", "PDF", "URL", "FAQ", "ASAP", "FYI", "ETA", "EOD", "OOO", "TBC", "TBD", "N/A",
    "KPI", "ROI", "SLA", "QA", "UAT", "MVP", "OKR", "P&L", "EBITDA", "VAT", "IBAN", "BIC", "PIN",
    "TAN", "GDPR", "CV", "HR", "IT", "PR", "R&D", "CEO", "CFO", "CTO", "COO", "PTO", "DOB", "SSN",
    "NHS number", "ISBN", "SKU", "PO", "RFP", "RFQ", "SOW", "MSA", "CSV", "JSON", "XML", "SQL", "SSH",
    "TLS", "DNS", "HTTP", "CPU", "GPU", "RAM", "SSD", "USB", "LED", "TV", "DVD", "GPS", "EPC", "MOT",
    "ECG", "MRI", "CT", "BP", "HTN", "T2DM", "COPD", "CKD", "GORD", "IBS", "UTI", "FBC", "U&E", "LFT",
    "CRP", "BMI", "PRN", "GP", "A&E", "ICU", "PPE", "FRCS", "MBBS", "PhD", "MSc", "BSc", "MBA", "LLB",
    "CBC", "WBC", "ED", "NKDA", "SOB", "HACCP", "DESC", "ASC", "POS", "ACH", "ATM", "DD", "SO", "AAA",
    "QTY", "PSI", "RPM", "SPF", "MTG", "WIP", "PPM", "DPI", "OCR", "UI", "UX", "TOC", "RTFM",
    "AGM", "AOB", "RSVP", "Q1", "Q3", "B2B", "SaaS", "CRM", "ERP", "KYC", "AML", "PEP", "ESG", "EUR",
    "USD", "GBP", "AM", "PM", "GMT", "UTC", "CET", "RGDS", "ATTN", "LOL", "OMG", "DIY", "ID", "OK",
    "LOI", "MOU", "T&C", "RMA", "MRR", "ARR", "CAC", "LTV", "BOM", "EOL", "SKUs", "NDAs", "APIs", "IPs",
    "VPN", "MFA", "2FA", "IMAP", "SFTP", "YAML", "HTML", "CSS", "SDK", "CLI", "IDE", "CD", "CI", "LGTM",
    "IMO", "TL;DR", "AFAIK", "BTW", "DM", "RT", "PS", "NB", "cc", "FAO", "EFT", "SEPA", "SWIFT", "GST",
    "MRN", "NINO", "EIN", "ABN", "TIN", "VIN", "IMEI", "MAC", "UUID", "RE", "FWD", "VP", "SVP", "EA",
];

/// Things that mail and documents talk about, none a name of a person, place
/// or organization.
#[rustfmt::skip]
pub(super) const TOPIC: &[&str] = &[
    "the invoice", "our meeting", "the contract", "the delivery", "your application", "the report",
    "the quarterly figures", "the new release", "the project plan", "the budget", "the workshop",
    "the onboarding", "the ticket", "the server migration", "the purchase order", "the lease",
    "the slides", "the interview", "the renewal", "the refund", "the design review", "the audit",
];

/// Domains of addresses.
#[rustfmt::skip]
pub(super) const DOMAIN: &[&str] = &[
    "example.com", "example.org", "mail.example.net", "gmail.com", "outlook.com", "acme.io",
    "company.co.uk", "firma.de", "startup.dev", "uni-example.edu", "post.example.fr",
];

/// Days, as notes and calendars have them.
#[rustfmt::skip]
pub(super) const DAY: &[&str] = &[
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Mon", "Tue",
    "Wed", "Thu", "Fri", "Tues", "14 November", "3 May", "2 June", "28 February", "Oct 9",
    "Fri 17 March",
];

/// Days, months and dates; `#` is a digit.
#[rustfmt::skip]
pub(super) const TIME: &[&str] = &[
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "January",
    "February", "March", "April", "June", "July", "August", "September", "October", "November",
    "December", "12 March 2024", "May 3, 2023", "2021", "2019", "March 2020", "1998",
];
