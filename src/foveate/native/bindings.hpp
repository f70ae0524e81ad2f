// What both halves of the module share: arrays as they come from NumPy, and as they go.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

#include "blocks.hpp"

namespace foveate {

namespace nb = nanobind;

template <class T, class Shape>
using In = nb::ndarray<const T, Shape, nb::c_contig, nb::device::cpu>;
template <class T, class Shape>
using InOut = nb::ndarray<T, Shape, nb::c_contig, nb::device::cpu>;
using BlockShape = nb::shape<-1, -1, kBlock>;
using Used = std::pair<int, int>;

inline void require(bool condition, const std::string& message) {
  if (!condition) throw std::invalid_argument(message);
}

inline int checked_threads(int threads) {
  require(threads >= 1, "threads must be at least 1");
  return std::min(threads, 256);
}

constexpr std::size_t kMaxSide = 65535;

// A block array with the part of it that holds samples.
template <class T, class Array>
Grid<T> grid_of(const Array& array, Used used, const char* name) {
  const std::size_t rows = array.shape(0), cols = array.shape(1);
  require(rows >= 1 && cols >= 1 && rows <= kMaxSide && cols <= kMaxSide,
          std::string(name) + " must hold 1 to 65535 rows and columns of blocks");
  require(used.first >= 1 && static_cast<std::size_t>(used.first) <= rows && used.second >= 1 &&
              static_cast<std::size_t>(used.second) <= cols,
          std::string("used must lie within the rows and columns of ") + name);
  return {array.data(), static_cast<int>(rows), static_cast<int>(cols), used.first, used.second};
}

template <class A, class B>
void require_same_blocks(const A& a, const B& b, const char* what) {
  require(a.shape(0) == b.shape(0) && a.shape(1) == b.shape(1), what);
}

template <class T>
nb::ndarray<nb::numpy, T> owned(std::unique_ptr<T[]> values,
                                std::initializer_list<std::size_t> shape) {
  nb::capsule owner(values.get(), [](void* p) noexcept { delete[] static_cast<T*>(p); });
  return nb::ndarray<nb::numpy, T>(values.release(), shape, owner);
}

template <class T>
nb::ndarray<nb::numpy, T> owned(const std::vector<T>& values,
                                std::initializer_list<std::size_t> shape) {
  std::unique_ptr<T[]> copy(new T[values.size()]);
  std::copy(values.begin(), values.end(), copy.get());
  return owned(std::move(copy), shape);
}

// Adds the functions of scans and files to the module.
void bind_stream(nb::module_& m);

}  // namespace foveate
