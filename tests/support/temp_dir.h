#ifndef CORRIDOR_TESTS_SUPPORT_TEMP_DIR_H_
#define CORRIDOR_TESTS_SUPPORT_TEMP_DIR_H_

#include <string>
#include <string_view>

namespace corridor {

// A directory of a test's own, gone with all that is in it at the end of its life.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string File(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SUPPORT_TEMP_DIR_H_
