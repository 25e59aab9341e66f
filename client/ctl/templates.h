#ifndef CORRIDOR_CLIENT_CTL_TEMPLATES_H_
#define CORRIDOR_CLIENT_CTL_TEMPLATES_H_

namespace corridor {

// Files of the tree as they are: deploy/config/small.textproto,
// deploy/systemd/corridord.service and completion.bash.in. The build puts them in.
extern const char kCompletionScript[];
extern const char kSmallConfig[];
extern const char kServiceUnit[];

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_TEMPLATES_H_
