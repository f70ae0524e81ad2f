// When the work of a thread is to end, whatever is left of it: a picture may have only so much time.
#pragma once

#include <chrono>
#include <exception>
#include <optional>

namespace foveate {

using Clock = std::chrono::steady_clock;

// No time is left. Python is told by the error that `foveate.deadline` has for it.
struct OutOfTime : std::exception {
  const char* what() const noexcept override { return "no time is left"; }
};

// The end that Python set for the thread; none where its work may take as long as it takes.
inline std::optional<Clock::time_point>& end_of_thread() {
  thread_local std::optional<Clock::time_point> end;
  return end;
}

// The thread's end as it is now, to be asked between pieces of work, also by other threads.
class Ending {
 public:
  Ending() : end_(end_of_thread()) {}
  void check() const {
    if (end_ && Clock::now() > *end_) throw OutOfTime();
  }

 private:
  std::optional<Clock::time_point> end_;
};

}  // namespace foveate
