// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/filterquery.h"
#include "dashboard/model/fleetmodel.h"

#include <QCollator>

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace Hephaestus {

/// The order in which a person looks at the services of a FleetModel, and which of them: groups, then favourites, then
/// the values of a column, then names. Groups stand by the values of that column, each by the one of its services that
/// comes first by it. Where that does not decide, or the column has words, they stand by their names, the nameless one
/// last. A service keeps what it was noted with until it is noted anew. No two are alike in it. One thread.
class FleetOrder
{
public:
    struct Group;
    /// What decides where a service stands.
    struct Place
    {
        bool shown = false;
        bool favourite = false;
        QVariant key;
        QString group{};

        bool operator==(const Place &) const = default;
    };
    /// Something that may have a row: a service, or the heading of a group. Whatever is compared many times is made
    /// once.
    struct Item
    {
        ServiceId service = NoService; ///< NoService: a heading
        Group *group = nullptr;
        Place place{};
        double number = 0;                      ///< the key
        std::optional<QCollatorSortKey> text{}; ///< instead of the number
        QString name{};
        std::optional<QCollatorSortKey> nameKey{}; ///< of that name

        std::optional<std::multiset<double>::iterator> counted{}; ///< its number, in those of its group
        bool isTextCounted = false;

        // Of who shows them:
        int row = -1;          ///< -1: it has none
        int wanted = -1;       ///< its row in what is to be shown
        bool isPlaced = false; ///< its place is being looked up
    };
    struct Group
    {
        QString name;
        int rank = -1; ///< groups stand in this order; -1: it has just come
        int shown = 0; ///< services that match
        bool isFolded = false;
        std::multiset<double> numbers{}; ///< of those that match, where numbers decide
        Item heading{};
    };

    explicit FleetOrder(const FleetModel &fleet) : m_fleet(fleet) {} ///< outlives this

    // What these change counts for a service when it is noted next.
    FilterQuery query{};
    bool isGrouped = false;
    int column = -1; ///< -1: the person's own order
    Qt::SortOrder direction = Qt::AscendingOrder;
    const QStringList &own() const { return m_own; } ///< of addresses
    void setOwn(const QStringList &urls);

    /// Notes what decides where the service in that line of the fleet stands now.
    Item &note(int line);
    /// Something else decides than when it was noted; false: it never was.
    bool isDisplaced(int line) const;
    using Taken = std::unordered_map<ServiceId, Item>::node_type;
    Taken take(ServiceId id); ///< it is forgotten, and its Item stays as long as what this returns; empty: no such one
    const Item *find(ServiceId id) const;
    Group &groupOf(const QString &name);
    qlonglong ownPlace(const ServiceRow &service) const;

    bool precedes(const Item *a, const Item *b) const;
    /// What of these is to be shown, in order, with the headings that have no row yet.
    QList<Item *> inOrder(const std::vector<Item *> &items);
    void rankGroups(); ///< lets each group stand where its services say now
    /// Gives groups that have come a place and moves no other: by their names, or behind all where values decide.
    void rankNewGroups();
    bool areGroupsRanked();                               ///< rankGroups() would change nothing that is shown
    QList<ServiceId> membersOf(const Group &group) const; ///< those that match, in order

private:
    struct LastIfUnnamed
    {
        bool operator()(const QString &a, const QString &b) const;
    };

    Place placeOf(int line) const;
    void noteKeys(Item &item, const QString &name) const;
    void count(Item &item);
    void discount(Item &item);
    std::vector<Group *> wantedGroups();
    void rank(std::vector<Group *> groups);

    const FleetModel &m_fleet;
    QStringList m_own;
    QHash<QString, qsizetype> m_ownPlaces;            ///< of m_own
    std::unordered_map<ServiceId, Item> m_items;      ///< Items keep their addresses
    std::map<QString, Group, LastIfUnnamed> m_groups; ///< all that there ever were
    std::vector<Group *> m_ranked;                    ///< in the order of their ranks
    int m_texts = 0;                                  ///< services that match, and have a word in the column
    QCollator m_collator;                             ///< of names, as QString::localeAwareCompare()
};

} // namespace Hephaestus
