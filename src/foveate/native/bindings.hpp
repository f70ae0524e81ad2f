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
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "blocks.hpp"
#include "colour.hpp"
#include "levels.hpp"

namespace foveate {

namespace nb = nanobind;

// An array that is there and whose numbers lie where the processor reads them. nanobind's own lets
// None through within lists and tuples, and arrays that begin between two numbers.
template <class T, class Shape>
struct Array : nb::ndarray<T, Shape, nb::c_contig, nb::device::cpu> {
  using Base = nb::ndarray<T, Shape, nb::c_contig, nb::device::cpu>;
  Array() = default;
  explicit Array(Base&& base) : Base(std::move(base)) {}
  bool aligned() const {
    return reinterpret_cast<std::uintptr_t>(this->data()) % alignof(T) == 0;
  }
};

}  // namespace foveate

template <class T, class Shape>
struct nanobind::detail::type_caster<foveate::Array<T, Shape>> {
  using Base = make_caster<typename foveate::Array<T, Shape>::Base>;
  using Whole = foveate::Array<T, Shape>;
  NB_TYPE_CASTER(Whole, Base::Name)

  bool from_python(handle source, std::uint8_t flags, cleanup_list* cleanup) noexcept {
    Base base;
    if (source.is_none() || !base.from_python(source, flags, cleanup)) return false;
    value = Whole(std::move(base.value));
    return value.aligned();
  }
};

namespace foveate {

template <class T, class Shape>
using In = Array<const T, Shape>;
template <class T, class Shape>
using InOut = Array<T, Shape>;
using BlockShape = nb::shape<-1, -1, kBlock>;
using Used = std::pair<int, int>;

inline void require(bool condition, const std::string& message) {
  if (!condition) throw std::invalid_argument(message);
}
// Where many numbers are checked, no message may be copied for each.
inline void require(bool condition, const char* message) {
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

using Pixels = nb::ndarray<const std::uint8_t, nb::c_contig, nb::device::cpu>;

inline Picture checked_picture(const Pixels& pixels) {
  require(pixels.ndim() == 2 || (pixels.ndim() == 3 && pixels.shape(2) == 3),
          "pixels must be (H, W) grey or (H, W, 3) RGB");
  for (std::size_t d = 0; d < 2; ++d)
    require(pixels.shape(d) >= 1 && pixels.shape(d) <= kMaxSide,
            "pixels must be 1 to 65535 high and wide");
  return {pixels.data(), static_cast<int>(pixels.shape(0)), static_cast<int>(pixels.shape(1)),
          pixels.ndim() == 2 ? 1 : 3};
}

inline Steps checked_steps(const Steps& steps) {
  for (const float q : steps)
    require(q >= 1.0f && q <= 65535.0f, "quantisation steps must lie in 1..65535");
  return steps;
}

// Adds the functions of the eye's models to the module.
void bind_eye(nb::module_& m);
// Adds the functions of metrics to the module.
void bind_metrics(nb::module_& m);
// Adds the functions of weights by frequency to the module.
void bind_frequencies(nb::module_& m);
// Adds the functions of what files store to the module.
void bind_stored(nb::module_& m);
// Adds the functions of intra prediction to the module.
void bind_intra(nb::module_& m);
// Adds the functions of scans and files to the module.
void bind_stream(nb::module_& m);

}  // namespace foveate
