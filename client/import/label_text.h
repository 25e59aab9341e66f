#ifndef CORRIDOR_CLIENT_IMPORT_LABEL_TEXT_H_
#define CORRIDOR_CLIENT_IMPORT_LABEL_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

namespace corridor {

// How cells and labels are looked at. Pure.

// Without the spaces around it, ASCII letters in lower case: what labels are compared by.
std::string Folded(std::string_view label);

// Without the spaces around it.
std::string_view Stripped(std::string_view text);

// The labels of a cell, stripped, without empty ones. An empty `split` keeps it whole.
std::vector<std::string_view> Labels(std::string_view cell, std::string_view split);

// Whether the bytes are well-formed UTF-8 (RFC 3629) without NUL.
bool IsCleanUtf8(std::string_view bytes);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_LABEL_TEXT_H_
