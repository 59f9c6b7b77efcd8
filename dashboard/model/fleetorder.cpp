// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetorder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace Hephaestus {

bool FleetOrder::LastIfUnnamed::operator()(const QString &a, const QString &b) const
{
    return a.isEmpty() != b.isEmpty() ? b.isEmpty() : a < b;
}

void FleetOrder::setOwn(const QStringList &urls)
{
    m_own = urls;
    m_ownPlaces.clear();
    for (qsizetype place = 0; place < urls.size(); ++place)
        m_ownPlaces.insert(urls[place], place);
}

/// Those that nobody has moved stand as they were added.
qlonglong FleetOrder::ownPlace(const ServiceRow &service) const
{
    return m_ownPlaces.value(service.entry.url, m_own.size() + qsizetype(service.id));
}

FleetOrder::Group &FleetOrder::groupOf(const QString &name)
{
    const auto [found, isNew] = m_groups.try_emplace(name);
    Group &group = found->second;
    if (isNew) {
        group.name = name;
        group.heading.group = &group;
    }
    return group;
}

/// By the first value of each. That of a favourite counts as any other: it says nothing of the group.
std::vector<FleetOrder::Group *> FleetOrder::wantedGroups()
{
    std::vector<Group *> groups;
    groups.reserve(m_groups.size());
    for (auto &[name, group] : m_groups)
        groups.push_back(&group);
    if (!isGrouped || column < 0 || m_texts > 0)
        return groups;
    std::ranges::stable_sort(groups, {}, [this](const Group *group) {
        if (group->numbers.empty())
            return std::numeric_limits<double>::infinity();
        return direction == Qt::AscendingOrder ? *group->numbers.begin() : -*group->numbers.rbegin();
    });
    return groups;
}

bool FleetOrder::areGroupsRanked()
{
    const auto shown = [](std::vector<Group *> groups) {
        std::erase_if(groups, [](const Group *group) { return group->shown == 0; });
        return groups;
    };
    return shown(wantedGroups()) == shown(m_ranked);
}

void FleetOrder::rank(std::vector<Group *> groups)
{
    m_ranked = std::move(groups);
    for (std::size_t place = 0; place < m_ranked.size(); ++place)
        m_ranked[place]->rank = int(place);
}

void FleetOrder::rankGroups() { rank(wantedGroups()); }

void FleetOrder::rankNewGroups()
{
    const LastIfUnnamed precedes;
    const auto byName = [&precedes](const Group *a, const Group *b) { return precedes(a->name, b->name); };
    const bool areByName = std::ranges::is_sorted(m_ranked, byName);
    std::vector<Group *> groups = m_ranked;
    for (auto &[name, group] : m_groups) {
        if (group.rank < 0)
            groups.insert(areByName ? std::ranges::upper_bound(groups, &group, byName) : groups.end(), &group);
    }
    rank(std::move(groups));
}

FleetOrder::Place FleetOrder::placeOf(int line) const
{
    const ServiceRow &service = m_fleet.row(line);
    return {query.matches(service), service.favourite,
            column < 0 ? QVariant(ownPlace(service)) : m_fleet.index(line, column).data(FleetModel::SortRole),
            service.entry.group};
}

FleetOrder::Item &FleetOrder::note(int line)
{
    const ServiceRow &service = m_fleet.row(line);
    Item &item = m_items[service.id];
    item.service = service.id;
    if (item.group) {
        item.group->shown -= item.place.shown;
        discount(item);
    }
    Place place = placeOf(line);
    if (!item.group || item.group->name != place.group)
        item.group = &groupOf(place.group);
    if (place.key != item.place.key)
        item.text.reset();
    item.place = std::move(place);
    item.group->shown += item.place.shown;
    if (item.place.shown)
        noteKeys(item, service.entry.name);
    count(item);
    return item;
}

void FleetOrder::noteKeys(Item &item, const QString &name) const
{
    if (column >= 0 && (!item.nameKey || item.name != name)) { // else no two are alike
        item.name = name;
        item.nameKey = m_collator.sortKey(name);
    }
    if (item.place.key.typeId() != QMetaType::QString) {
        item.text.reset();
        item.number = item.place.key.toDouble();
    } else if (!item.text) {
        const QString text = item.place.key.toString();
        item.text = text == item.name && item.nameKey ? *item.nameKey : m_collator.sortKey(text);
    }
}

bool FleetOrder::isDisplaced(int line) const
{
    const Item *const item = find(m_fleet.row(line).id);
    return item && item->place != placeOf(line);
}

/// So that a group's first is known without a look at all services.
void FleetOrder::count(Item &item)
{
    if (!isGrouped || column < 0 || !item.place.shown)
        return;
    item.isTextCounted = item.text.has_value();
    m_texts += item.isTextCounted;
    if (!item.text && !std::isnan(item.number))
        item.counted = item.group->numbers.insert(item.number);
}

void FleetOrder::discount(Item &item)
{
    if (item.counted)
        item.group->numbers.erase(*item.counted);
    item.counted.reset();
    m_texts -= std::exchange(item.isTextCounted, false);
}

FleetOrder::Taken FleetOrder::take(ServiceId id)
{
    Taken taken = m_items.extract(id);
    if (!taken.empty()) {
        taken.mapped().group->shown -= taken.mapped().place.shown;
        discount(taken.mapped());
    }
    return taken;
}

const FleetOrder::Item *FleetOrder::find(ServiceId id) const
{
    const auto found = m_items.find(id);
    return found == m_items.end() ? nullptr : &found->second;
}

bool FleetOrder::precedes(const Item *a, const Item *b) const
{
    if (isGrouped && a->group != b->group)
        return a->group->rank < b->group->rank;
    if (a->service == NoService || b->service == NoService)
        return b->service != NoService;
    if (a->place.favourite != b->place.favourite)
        return a->place.favourite;
    const bool isAscending = direction == Qt::AscendingOrder;
    if (a->text && b->text) {
        if (const int order = a->text->compare(*b->text); order != 0)
            return isAscending ? order < 0 : order > 0;
    } else if (a->number != b->number) {
        return isAscending ? a->number < b->number : a->number > b->number;
    }
    // The names stay in reading order whichever way the column is sorted.
    if (column >= 0 && a->nameKey && b->nameKey) {
        if (const int order = a->nameKey->compare(*b->nameKey); order != 0)
            return order < 0;
    }
    return a->service < b->service; // as they were added
}

QList<FleetOrder::Item *> FleetOrder::inOrder(const std::vector<Item *> &items)
{
    QList<Item *> wanted;
    wanted.reserve(qsizetype(items.size()));
    std::ranges::copy_if(items, std::back_inserter(wanted), [this](const Item *item) {
        return item->place.shown && !(isGrouped && item->group->isFolded);
    });
    for (auto &[name, group] : m_groups) {
        if (isGrouped && group.shown > 0 && group.heading.row < 0)
            wanted << &group.heading;
    }
    std::ranges::sort(wanted, [this](const Item *a, const Item *b) { return precedes(a, b); });
    return wanted;
}

QList<ServiceId> FleetOrder::membersOf(const Group &group) const
{
    std::vector<const Item *> members;
    for (const auto &[id, item] : m_items) {
        if (item.group == &group && item.place.shown)
            members.push_back(&item);
    }
    std::ranges::sort(members, [this](const Item *a, const Item *b) { return precedes(a, b); });
    QList<ServiceId> services;
    for (const Item *const item : members)
        services << item->service;
    return services;
}

} // namespace Hephaestus
