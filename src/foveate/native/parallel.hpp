// Runs independent pieces of work on several threads; which thread takes which piece never shows.
#pragma once

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace foveate {

// Calls `work(i)` once for every i in [0, count). `work` must not throw and must write only
// to what belongs to piece i, so that the result does not depend on the number of threads.
template <class Work>
void parallel_for(int count, int threads, Work&& work) {
  const int workers = std::max(1, std::min(threads, count));
  if (workers == 1) {
    for (int i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<int> next{0};
  auto drain = [&] {
    for (int i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  };
  std::vector<std::thread> pool;
  pool.reserve(static_cast<std::size_t>(workers) - 1);
  for (int t = 1; t < workers; ++t) pool.emplace_back(drain);
  drain();
  for (auto& thread : pool) thread.join();
}

}  // namespace foveate
