#ifndef CORRIDOR_CORE_GATE_CHECKSUMS_H_
#define CORRIDOR_CORE_GATE_CHECKSUMS_H_

#include <string_view>

namespace corridor {

// Check digits of public numbering schemes. A number that fails one may still be a person's, typed
// wrongly: a checksum names what was found, it never clears it. All take bytes of any content.

// The last digit of a payment card, an IMEI or a SIM fits the others (ISO/IEC 7812-1).
bool PassesLuhn(std::string_view digits);
// An IBAN without spaces, letters in lower case, has remainder 1 (ISO 7064 MOD 97-10).
bool PassesIban(std::string_view iban);
// Indian Aadhaar (Verhoeff).
bool PassesVerhoeff(std::string_view digits);
// Thai identity number: 13 digits, modulo 11.
bool PassesThaiId(std::string_view digits);
// Addresses in base 58 with a double SHA-256 checksum: Bitcoin, Litecoin, Dogecoin, TRON.
bool PassesBase58Check(std::string_view address);
// Addresses in Bech32 and Bech32m, lower case (BIP 173, BIP 350).
bool PassesBech32(std::string_view address);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_CHECKSUMS_H_
