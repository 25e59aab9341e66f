#include "tests/support/shared_dir.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace corridor {

std::optional<std::filesystem::path> SharedDir() {
  const char* const named = std::getenv("CORRIDOR_SHARED_DIR");
  const std::filesystem::path directory = named != nullptr ? named : "../shared";
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) return std::nullopt;
  return directory;
}

std::optional<std::string> ReadShared(std::string_view name) {
  const std::optional<std::filesystem::path> directory = SharedDir();
  if (!directory) return std::nullopt;
  std::ifstream file(*directory / name, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

}  // namespace corridor
