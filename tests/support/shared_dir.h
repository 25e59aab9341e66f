#ifndef CORRIDOR_TESTS_SUPPORT_SHARED_DIR_H_
#define CORRIDOR_TESTS_SUPPORT_SHARED_DIR_H_

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace corridor {

// Where the public vectors and real input lie that are not part of this repository: the directory
// that CORRIDOR_SHARED_DIR names, else ../shared; none where it does not exist.
std::optional<std::filesystem::path> SharedDir();

// The content of a file in it; none where it is not there. A test then skips with a plain message:
//
//   const std::optional<std::string> text = ReadShared("vectors/spiffe_ids.json");
//   if (!text) GTEST_SKIP() << "no shared vectors; set CORRIDOR_SHARED_DIR to run this test";
std::optional<std::string> ReadShared(std::string_view name);

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SUPPORT_SHARED_DIR_H_
