namespace Headgate.Domain;

/// <summary>
/// A record that is stored, changed and guarded as one. <see cref="Version"/> is counted up by every stored change: who
/// writes on top of an older version than the stored one is told so and starts again.
/// </summary>
public interface IAggregate
{
    /// <summary>Stable identity, version 7 (in order of creation).</summary>
    Guid Id { get; }

    /// <summary>How often it was stored.</summary>
    long Version { get; }
}
