// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "onbehalf/fields.h"
#include "onbehalf/service/method.h"
#include "onbehalf/service/parameter.h"

namespace onbehalf::service {

// Methods whose parameters and results are structs (onbehalf/fields.h). If the parameters of a method are not known at compile
// time, fill in Method directly.
//
//   Method greet;
//   greet.name = "board.greet";
//   greet.summary = "Greets somebody.";
//   Handle<GreetParams>(greet, [](const GreetParams& params, const Call&) -> Result<GreetResult> { ... });
//   methods.Add(std::move(greet));

namespace detail {

template <typename Answer>
struct Answered;
template <typename T>
struct Answered<Result<T>> {
  using Type = T;
};

// The part of Handle that depends on no type. `result_schema` may be null.
void SetHandler(Method& method, Fields parameters, Json (*result_schema)(Direction),
                std::function<MethodResult(const Call&)> handler);

}  // namespace detail

// The parameters of a call, already validated.
template <HasFields Params>
Params ParamsOf(const Call& call) {
  return onbehalf::FromJson<Params>(call.params);
}

// Describes the method's parameters by `Params` and sets `work` as its handler: a function of (const Params&, const Call&) that
// returns MethodResult, or Result<T> where T is Describable and describes the result too. What Params borrows lives as long as the
// Call.
template <HasFields Params, typename Work>
void Handle(Method& method, Work work) {
  using T = typename detail::Answered<std::invoke_result_t<const Work&, const Params&, const Call&>>::Type;
  if constexpr (Describable<T>) {
    detail::SetHandler(method, FieldsOf<Params>(), &fields::Value<T>::Schema,
                       [work = std::move(work)](const Call& call) -> MethodResult {
                         auto result = work(ParamsOf<Params>(call), call);
                         if (!result.ok()) return std::move(result).error();
                         return fields::Value<T>::Write(*std::move(result));
                       });
  } else {
    detail::SetHandler(method, FieldsOf<Params>(), nullptr, [work = std::move(work)](const Call& call) {
      return work(ParamsOf<Params>(call), call);
    });
  }
}

// The same for the method's stream: `open` is a function of (Params, const Call&, Waker). What Params borrows does not live as
// long as the stream.
template <HasFields Params, typename Open>
void Opens(Method& method, Open open) {
  method.parameters = ParametersOf(FieldsOf<Params>());
  method.stream = [open = std::move(open)](const Call& call, Waker waker) -> Result<std::unique_ptr<Stream>> {
    return open(ParamsOf<Params>(call), call, std::move(waker));
  };
}

}  // namespace onbehalf::service
