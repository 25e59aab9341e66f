#ifndef CORRIDOR_SERVER_CATALOG_ANSWER_H_
#define CORRIDOR_SERVER_CATALOG_ANSWER_H_

#include <memory>
#include <utility>

#include "server/catalog/catalog.h"

namespace corridor {

// Answers `done` with `*result` when the change is durable, else with the error.
// `result` is filled by the change; null where it is known that there will be none.
template <typename T>
Catalog::DoneVoid AnswerWith(std::shared_ptr<T> result, Catalog::Done<T> done) {
  return [result = std::move(result), done = std::move(done)](absl::Status status) mutable {
    if (!status.ok()) return done(std::move(status));
    done(std::move(*result));
  };
}

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CATALOG_ANSWER_H_
