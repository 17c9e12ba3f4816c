// spec/reply_template.cpp - Constant fields beside rendered ones.
#include "spec/reply_template.h"

#include <algorithm>

namespace bigfoot {
namespace {

void add_members(Value& object, const Value& constants) {
  for (const auto& [name, value] : constants.items()) object[name] = value;
}

class ReplyTemplate final : public Template {
 public:
  ReplyTemplate(TemplatePtr holes, Value constants) : holes_(std::move(holes)), constants_(std::move(constants)) {
    const Value* rest = holes_->constant();
    if (!rest) return;
    whole_ = *rest;
    add_members(*whole_, constants_);
  }

  Value render(Captures& known, const Fields& call, const Surroundings& around, std::vector<std::string>* missing) const override {
    if (whole_) return *whole_;
    Value value = holes_->render(known, call, around, missing);
    add_members(value, constants_);
    return value;
  }
  const Value* constant() const override { return whole_ ? &*whole_ : nullptr; }
  void collect_names(std::vector<NameUse>& uses) const override { holes_->collect_names(uses); }

 private:
  TemplatePtr holes_;
  Value constants_;
  std::optional<Value> whole_;
};

class TextsTemplate final : public Template {
 public:
  TextsTemplate(TemplatePtr fields, std::vector<std::pair<std::string, TemplatePtr>> texts) : fields_(std::move(fields)), texts_(std::move(texts)) {}

  Value render(Captures& known, const Fields& call, const Surroundings& around, std::vector<std::string>* missing) const override {
    Value value = fields_->render(known, call, around, missing);
    for (const auto& [name, text] : texts_) value[name] = text->render(known, call, around, missing);
    return value;
  }
  void collect_names(std::vector<NameUse>& uses) const override {
    fields_->collect_names(uses);
    for (const auto& [name, text] : texts_) text->collect_names(uses);
  }

 private:
  TemplatePtr fields_;
  std::vector<std::pair<std::string, TemplatePtr>> texts_;
};

}  // namespace

TemplatePtr with_texts(TemplatePtr fields, std::vector<std::pair<std::string, TemplatePtr>> texts) {
  const bool good = std::ranges::all_of(texts, [](const auto& text) { return text.second != nullptr; });
  if (texts.empty() || !fields || !good) return fields;
  return std::make_shared<TextsTemplate>(std::move(fields), std::move(texts));
}

TemplatePtr with_constants(TemplatePtr holes, Value constants) {
  if (constants.empty() || !holes) return holes;
  return std::make_shared<ReplyTemplate>(std::move(holes), std::move(constants));
}

}  // namespace bigfoot
