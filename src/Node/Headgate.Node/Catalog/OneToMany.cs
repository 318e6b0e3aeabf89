using System.Collections.Immutable;

namespace Headgate.Node.Catalog;

/// <summary>An immutable index from one id to several, in ascending order; a null key is not indexed.</summary>
internal readonly struct OneToMany
{
    public static readonly OneToMany Empty = new(ImmutableDictionary<long, ImmutableSortedSet<long>>.Empty);

    private readonly ImmutableDictionary<long, ImmutableSortedSet<long>> _members;

    private OneToMany(ImmutableDictionary<long, ImmutableSortedSet<long>> members) => _members = members;

    public ImmutableSortedSet<long> this[long key] => _members.GetValueOrDefault(key, ImmutableSortedSet<long>.Empty);

    public OneToMany Add(long? key, long member) =>
        key is { } given ? new OneToMany(_members.SetItem(given, this[given].Add(member))) : this;

    public OneToMany Remove(long? key, long member)
    {
        if (key is not { } given) return this;
        var left = this[given].Remove(member);
        return new OneToMany(left.IsEmpty ? _members.Remove(given) : _members.SetItem(given, left));
    }

    public OneToMany AddToAll(IEnumerable<long> keys, long member)
    {
        var members = _members.ToBuilder();
        foreach (var key in keys) members[key] = members.GetValueOrDefault(key, ImmutableSortedSet<long>.Empty)!.Add(member);
        return new OneToMany(members.ToImmutable());
    }

    public OneToMany RemoveFromAll(IEnumerable<long> keys, long member)
    {
        var members = _members.ToBuilder();
        foreach (var key in keys)
        {
            var left = members.GetValueOrDefault(key, ImmutableSortedSet<long>.Empty)!.Remove(member);
            if (left.IsEmpty) members.Remove(key);
            else members[key] = left;
        }
        return new OneToMany(members.ToImmutable());
    }
}
