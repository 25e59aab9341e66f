#ifndef CORRIDOR_CORE_MODEL_COUNTRY_TABLE_H_
#define CORRIDOR_CORE_MODEL_COUNTRY_TABLE_H_

#include <algorithm>
#include <array>
#include <string_view>

namespace corridor {

// The tables behind vocabulary.h; use that header.

// One country or territory of ISO 3166-1, with the finest UN M49 area it lies in.
struct CountryRow {
  std::string_view alpha3;
  std::string_view alpha2;
  std::string_view area;
  std::string_view name;
};

// One area of UN M49 and the next larger one; the world has none.
struct AreaRow {
  std::string_view code;
  std::string_view parent;
  std::string_view name;
};

// clang-format off
inline constexpr std::array<AreaRow, 30> kAreas = {{
    {"001", "", "World"},
    {"002", "001", "Africa"},
    {"015", "002", "Northern Africa"}, {"202", "002", "Sub-Saharan Africa"},
    {"011", "202", "Western Africa"}, {"014", "202", "Eastern Africa"},
    {"017", "202", "Middle Africa"}, {"018", "202", "Southern Africa"},
    {"019", "001", "Americas"},
    {"021", "019", "Northern America"}, {"419", "019", "Latin America and the Caribbean"},
    {"005", "419", "South America"}, {"013", "419", "Central America"}, {"029", "419", "Caribbean"},
    {"142", "001", "Asia"},
    {"030", "142", "Eastern Asia"}, {"034", "142", "Southern Asia"},
    {"035", "142", "South-eastern Asia"}, {"143", "142", "Central Asia"},
    {"145", "142", "Western Asia"},
    {"150", "001", "Europe"},
    {"039", "150", "Southern Europe"}, {"151", "150", "Eastern Europe"},
    {"154", "150", "Northern Europe"}, {"155", "150", "Western Europe"},
    {"009", "001", "Oceania"},
    {"053", "009", "Australia and New Zealand"}, {"054", "009", "Melanesia"},
    {"057", "009", "Micronesia"}, {"061", "009", "Polynesia"},
}};

// By alpha-3 code. XKX (Kosovo) is a user-assigned code in general use.
inline constexpr std::array<CountryRow, 250> kCountries = {{
    {"ABW", "AW", "029", "Aruba"}, {"AFG", "AF", "034", "Afghanistan"},
    {"AGO", "AO", "017", "Angola"}, {"AIA", "AI", "029", "Anguilla"},
    {"ALA", "AX", "154", "Åland Islands"}, {"ALB", "AL", "039", "Albania"},
    {"AND", "AD", "039", "Andorra"}, {"ARE", "AE", "145", "United Arab Emirates"},
    {"ARG", "AR", "005", "Argentina"}, {"ARM", "AM", "145", "Armenia"},
    {"ASM", "AS", "061", "American Samoa"}, {"ATA", "AQ", "001", "Antarctica"},
    {"ATF", "TF", "014", "French Southern Territories"},
    {"ATG", "AG", "029", "Antigua and Barbuda"}, {"AUS", "AU", "053", "Australia"},
    {"AUT", "AT", "155", "Austria"}, {"AZE", "AZ", "145", "Azerbaijan"},
    {"BDI", "BI", "014", "Burundi"}, {"BEL", "BE", "155", "Belgium"}, {"BEN", "BJ", "011", "Benin"},
    {"BES", "BQ", "029", "Bonaire, Sint Eustatius and Saba"}, {"BFA", "BF", "011", "Burkina Faso"},
    {"BGD", "BD", "034", "Bangladesh"}, {"BGR", "BG", "151", "Bulgaria"},
    {"BHR", "BH", "145", "Bahrain"}, {"BHS", "BS", "029", "Bahamas"},
    {"BIH", "BA", "039", "Bosnia and Herzegovina"}, {"BLM", "BL", "029", "Saint Barthélemy"},
    {"BLR", "BY", "151", "Belarus"}, {"BLZ", "BZ", "013", "Belize"},
    {"BMU", "BM", "021", "Bermuda"}, {"BOL", "BO", "005", "Bolivia"},
    {"BRA", "BR", "005", "Brazil"}, {"BRB", "BB", "029", "Barbados"},
    {"BRN", "BN", "035", "Brunei"}, {"BTN", "BT", "034", "Bhutan"},
    {"BVT", "BV", "005", "Bouvet Island"}, {"BWA", "BW", "018", "Botswana"},
    {"CAF", "CF", "017", "Central African Republic"}, {"CAN", "CA", "021", "Canada"},
    {"CCK", "CC", "053", "Cocos (Keeling) Islands"}, {"CHE", "CH", "155", "Switzerland"},
    {"CHL", "CL", "005", "Chile"}, {"CHN", "CN", "030", "China"},
    {"CIV", "CI", "011", "Côte d'Ivoire"}, {"CMR", "CM", "017", "Cameroon"},
    {"COD", "CD", "017", "Congo (Democratic Republic)"}, {"COG", "CG", "017", "Congo"},
    {"COK", "CK", "061", "Cook Islands"}, {"COL", "CO", "005", "Colombia"},
    {"COM", "KM", "014", "Comoros"}, {"CPV", "CV", "011", "Cabo Verde"},
    {"CRI", "CR", "013", "Costa Rica"}, {"CUB", "CU", "029", "Cuba"},
    {"CUW", "CW", "029", "Curaçao"}, {"CXR", "CX", "053", "Christmas Island"},
    {"CYM", "KY", "029", "Cayman Islands"}, {"CYP", "CY", "145", "Cyprus"},
    {"CZE", "CZ", "151", "Czechia"}, {"DEU", "DE", "155", "Germany"},
    {"DJI", "DJ", "014", "Djibouti"}, {"DMA", "DM", "029", "Dominica"},
    {"DNK", "DK", "154", "Denmark"}, {"DOM", "DO", "029", "Dominican Republic"},
    {"DZA", "DZ", "015", "Algeria"}, {"ECU", "EC", "005", "Ecuador"}, {"EGY", "EG", "015", "Egypt"},
    {"ERI", "ER", "014", "Eritrea"}, {"ESH", "EH", "015", "Western Sahara"},
    {"ESP", "ES", "039", "Spain"}, {"EST", "EE", "154", "Estonia"},
    {"ETH", "ET", "014", "Ethiopia"}, {"FIN", "FI", "154", "Finland"}, {"FJI", "FJ", "054", "Fiji"},
    {"FLK", "FK", "005", "Falkland Islands (Malvinas)"}, {"FRA", "FR", "155", "France"},
    {"FRO", "FO", "154", "Faroe Islands"}, {"FSM", "FM", "057", "Micronesia"},
    {"GAB", "GA", "017", "Gabon"}, {"GBR", "GB", "154", "United Kingdom"},
    {"GEO", "GE", "145", "Georgia"}, {"GGY", "GG", "154", "Guernsey"},
    {"GHA", "GH", "011", "Ghana"}, {"GIB", "GI", "039", "Gibraltar"},
    {"GIN", "GN", "011", "Guinea"}, {"GLP", "GP", "029", "Guadeloupe"},
    {"GMB", "GM", "011", "Gambia"}, {"GNB", "GW", "011", "Guinea-Bissau"},
    {"GNQ", "GQ", "017", "Equatorial Guinea"}, {"GRC", "GR", "039", "Greece"},
    {"GRD", "GD", "029", "Grenada"}, {"GRL", "GL", "021", "Greenland"},
    {"GTM", "GT", "013", "Guatemala"}, {"GUF", "GF", "005", "French Guiana"},
    {"GUM", "GU", "057", "Guam"}, {"GUY", "GY", "005", "Guyana"}, {"HKG", "HK", "030", "Hong Kong"},
    {"HMD", "HM", "053", "Heard Island and McDonald Islands"}, {"HND", "HN", "013", "Honduras"},
    {"HRV", "HR", "039", "Croatia"}, {"HTI", "HT", "029", "Haiti"}, {"HUN", "HU", "151", "Hungary"},
    {"IDN", "ID", "035", "Indonesia"}, {"IMN", "IM", "154", "Isle of Man"},
    {"IND", "IN", "034", "India"}, {"IOT", "IO", "014", "British Indian Ocean Territory"},
    {"IRL", "IE", "154", "Ireland"}, {"IRN", "IR", "034", "Iran"}, {"IRQ", "IQ", "145", "Iraq"},
    {"ISL", "IS", "154", "Iceland"}, {"ISR", "IL", "145", "Israel"}, {"ITA", "IT", "039", "Italy"},
    {"JAM", "JM", "029", "Jamaica"}, {"JEY", "JE", "154", "Jersey"}, {"JOR", "JO", "145", "Jordan"},
    {"JPN", "JP", "030", "Japan"}, {"KAZ", "KZ", "143", "Kazakhstan"},
    {"KEN", "KE", "014", "Kenya"}, {"KGZ", "KG", "143", "Kyrgyzstan"},
    {"KHM", "KH", "035", "Cambodia"}, {"KIR", "KI", "057", "Kiribati"},
    {"KNA", "KN", "029", "Saint Kitts and Nevis"}, {"KOR", "KR", "030", "South Korea"},
    {"KWT", "KW", "145", "Kuwait"}, {"LAO", "LA", "035", "Laos"}, {"LBN", "LB", "145", "Lebanon"},
    {"LBR", "LR", "011", "Liberia"}, {"LBY", "LY", "015", "Libya"},
    {"LCA", "LC", "029", "Saint Lucia"}, {"LIE", "LI", "155", "Liechtenstein"},
    {"LKA", "LK", "034", "Sri Lanka"}, {"LSO", "LS", "018", "Lesotho"},
    {"LTU", "LT", "154", "Lithuania"}, {"LUX", "LU", "155", "Luxembourg"},
    {"LVA", "LV", "154", "Latvia"}, {"MAC", "MO", "030", "Macao"},
    {"MAF", "MF", "029", "Saint Martin (French part)"}, {"MAR", "MA", "015", "Morocco"},
    {"MCO", "MC", "155", "Monaco"}, {"MDA", "MD", "151", "Moldova"},
    {"MDG", "MG", "014", "Madagascar"}, {"MDV", "MV", "034", "Maldives"},
    {"MEX", "MX", "013", "Mexico"}, {"MHL", "MH", "057", "Marshall Islands"},
    {"MKD", "MK", "039", "North Macedonia"}, {"MLI", "ML", "011", "Mali"},
    {"MLT", "MT", "039", "Malta"}, {"MMR", "MM", "035", "Myanmar"},
    {"MNE", "ME", "039", "Montenegro"}, {"MNG", "MN", "030", "Mongolia"},
    {"MNP", "MP", "057", "Northern Mariana Islands"}, {"MOZ", "MZ", "014", "Mozambique"},
    {"MRT", "MR", "011", "Mauritania"}, {"MSR", "MS", "029", "Montserrat"},
    {"MTQ", "MQ", "029", "Martinique"}, {"MUS", "MU", "014", "Mauritius"},
    {"MWI", "MW", "014", "Malawi"}, {"MYS", "MY", "035", "Malaysia"},
    {"MYT", "YT", "014", "Mayotte"}, {"NAM", "NA", "018", "Namibia"},
    {"NCL", "NC", "054", "New Caledonia"}, {"NER", "NE", "011", "Niger"},
    {"NFK", "NF", "053", "Norfolk Island"}, {"NGA", "NG", "011", "Nigeria"},
    {"NIC", "NI", "013", "Nicaragua"}, {"NIU", "NU", "061", "Niue"},
    {"NLD", "NL", "155", "Netherlands"}, {"NOR", "NO", "154", "Norway"},
    {"NPL", "NP", "034", "Nepal"}, {"NRU", "NR", "057", "Nauru"},
    {"NZL", "NZ", "053", "New Zealand"}, {"OMN", "OM", "145", "Oman"},
    {"PAK", "PK", "034", "Pakistan"}, {"PAN", "PA", "013", "Panama"},
    {"PCN", "PN", "061", "Pitcairn"}, {"PER", "PE", "005", "Peru"},
    {"PHL", "PH", "035", "Philippines"}, {"PLW", "PW", "057", "Palau"},
    {"PNG", "PG", "054", "Papua New Guinea"}, {"POL", "PL", "151", "Poland"},
    {"PRI", "PR", "029", "Puerto Rico"}, {"PRK", "KP", "030", "North Korea"},
    {"PRT", "PT", "039", "Portugal"}, {"PRY", "PY", "005", "Paraguay"},
    {"PSE", "PS", "145", "Palestine"}, {"PYF", "PF", "061", "French Polynesia"},
    {"QAT", "QA", "145", "Qatar"}, {"REU", "RE", "014", "Réunion"}, {"ROU", "RO", "151", "Romania"},
    {"RUS", "RU", "151", "Russia"}, {"RWA", "RW", "014", "Rwanda"},
    {"SAU", "SA", "145", "Saudi Arabia"}, {"SDN", "SD", "015", "Sudan"},
    {"SEN", "SN", "011", "Senegal"}, {"SGP", "SG", "035", "Singapore"},
    {"SGS", "GS", "005", "South Georgia and the South Sandwich Islands"},
    {"SHN", "SH", "011", "Saint Helena"}, {"SJM", "SJ", "154", "Svalbard and Jan Mayen"},
    {"SLB", "SB", "054", "Solomon Islands"}, {"SLE", "SL", "011", "Sierra Leone"},
    {"SLV", "SV", "013", "El Salvador"}, {"SMR", "SM", "039", "San Marino"},
    {"SOM", "SO", "014", "Somalia"}, {"SPM", "PM", "021", "Saint Pierre and Miquelon"},
    {"SRB", "RS", "039", "Serbia"}, {"SSD", "SS", "014", "South Sudan"},
    {"STP", "ST", "017", "Sao Tome and Principe"}, {"SUR", "SR", "005", "Suriname"},
    {"SVK", "SK", "151", "Slovakia"}, {"SVN", "SI", "039", "Slovenia"},
    {"SWE", "SE", "154", "Sweden"}, {"SWZ", "SZ", "018", "Eswatini"},
    {"SXM", "SX", "029", "Sint Maarten (Dutch part)"}, {"SYC", "SC", "014", "Seychelles"},
    {"SYR", "SY", "145", "Syria"}, {"TCA", "TC", "029", "Turks and Caicos Islands"},
    {"TCD", "TD", "017", "Chad"}, {"TGO", "TG", "011", "Togo"}, {"THA", "TH", "035", "Thailand"},
    {"TJK", "TJ", "143", "Tajikistan"}, {"TKL", "TK", "061", "Tokelau"},
    {"TKM", "TM", "143", "Turkmenistan"}, {"TLS", "TL", "035", "Timor-Leste"},
    {"TON", "TO", "061", "Tonga"}, {"TTO", "TT", "029", "Trinidad and Tobago"},
    {"TUN", "TN", "015", "Tunisia"}, {"TUR", "TR", "145", "Türkiye"},
    {"TUV", "TV", "061", "Tuvalu"}, {"TWN", "TW", "030", "Taiwan"},
    {"TZA", "TZ", "014", "Tanzania"}, {"UGA", "UG", "014", "Uganda"},
    {"UKR", "UA", "151", "Ukraine"}, {"UMI", "UM", "057", "United States Minor Outlying Islands"},
    {"URY", "UY", "005", "Uruguay"}, {"USA", "US", "021", "United States"},
    {"UZB", "UZ", "143", "Uzbekistan"}, {"VAT", "VA", "039", "Holy See"},
    {"VCT", "VC", "029", "Saint Vincent and the Grenadines"}, {"VEN", "VE", "005", "Venezuela"},
    {"VGB", "VG", "029", "British Virgin Islands"},
    {"VIR", "VI", "029", "United States Virgin Islands"}, {"VNM", "VN", "035", "Viet Nam"},
    {"VUT", "VU", "054", "Vanuatu"}, {"WLF", "WF", "061", "Wallis and Futuna"},
    {"WSM", "WS", "061", "Samoa"}, {"XKX", "XK", "039", "Kosovo"}, {"YEM", "YE", "145", "Yemen"},
    {"ZAF", "ZA", "018", "South Africa"}, {"ZMB", "ZM", "014", "Zambia"},
    {"ZWE", "ZW", "014", "Zimbabwe"},
}};
// clang-format on

static_assert(std::is_sorted(kCountries.begin(), kCountries.end(),
                             [](const CountryRow& a, const CountryRow& b) {
                               return a.alpha3 < b.alpha3;
                             }),
              "looked up by binary search");

}  // namespace corridor

#endif  // CORRIDOR_CORE_MODEL_COUNTRY_TABLE_H_
