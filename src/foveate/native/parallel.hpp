// Runs independent pieces of work on several threads; which thread takes which piece never shows.
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

#include "ending.hpp"

namespace foveate {

// Calls `work(i)` once for every i in [0, count). `work` must write only to what belongs to piece
// i, so that the result does not depend on the number of threads. Where the system gives fewer
// threads, fewer work. What `work` throws (it may run out of memory) ends the rest and is thrown
// here, when every thread has ended; so does the end of the caller's time.
template <class Work>
void parallel_for(int count, int threads, Work&& work) {
  const int workers = std::max(1, std::min(threads, count));
  const Ending ending;
  const auto timed = [&](int i) {
    ending.check();
    work(i);
  };
  if (workers == 1) {
    for (int i = 0; i < count; ++i) timed(i);
    return;
  }
  std::atomic<int> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr failure;
  auto drain = [&]() noexcept {
    try {
      for (int i = next.fetch_add(1); i < count && !failed; i = next.fetch_add(1)) timed(i);
    } catch (...) {
      if (!failed.exchange(true)) failure = std::current_exception();
    }
  };
  std::vector<std::thread> pool;
  pool.reserve(static_cast<std::size_t>(workers) - 1);
  try {
    for (int t = 1; t < workers; ++t) pool.emplace_back(drain);
  } catch (const std::exception&) {
    // No more threads to be had.
  }
  drain();
  for (auto& thread : pool) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace foveate
