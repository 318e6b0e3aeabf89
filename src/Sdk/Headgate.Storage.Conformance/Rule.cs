using System.Reflection;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>One testable sentence of the SDK's contract. The id is stable: reports and waivers cite it.</summary>
/// <param name="id">Dotted: object, call, sentence.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RuleAttribute(string id) : Attribute
{
    /// <summary>Stable id.</summary>
    public string Id { get; } = id;
}

/// <summary>
/// The link between driver and array, for a fixture that can break it. Requests are counted from 1 since the last
/// <see cref="Reset"/>.
/// </summary>
public interface IArrayLink
{
    /// <summary>How many requests went out.</summary>
    int Requests { get; }

    /// <summary>Counts from the beginning again, and breaks nothing any more.</summary>
    void Reset();

    /// <summary>Request number <paramref name="number"/> reaches the array, but its reply is lost.</summary>
    void LoseReplyTo(int number);

    /// <summary>Request number <paramref name="number"/> and all after it fail before they are sent, as when the driver's process dies there.</summary>
    void CutBefore(int number);
}

/// <summary>All that a driver author writes: how to get at a clean array, and what about it can be broken or seen from a host.</summary>
public interface IConformanceFixture : IAsyncDisposable
{
    /// <summary>The store under test, opened.</summary>
    IPrimaryDataStore Store { get; }

    /// <summary>Opens a second store on the same pool, as another server (or the same after a crash) would.</summary>
    ValueTask<IPrimaryDataStore> OpenAgainAsync(CancellationToken stop);

    /// <summary>Null when the link cannot be broken.</summary>
    IArrayLink? Link { get; }

    /// <summary>True when the initiator gets in with this connection; null when no host can be played.</summary>
    Func<Connection, string, ChapCredential?, CancellationToken, ValueTask<bool>>? CanConnect { get; }
}

/// <summary>A rule, ready to be run against a fixture.</summary>
/// <param name="Id">The rule's id.</param>
/// <param name="RunAsync">Null when it holds, a reason when it was skipped; throws <see cref="ConformanceException"/> when it does not hold.</param>
public sealed record ConformanceCase(string Id, Func<IConformanceFixture, CancellationToken, Task<string?>> RunAsync)
{
    /// <inheritdoc/>
    public override string ToString() => Id;

    /// <summary>Every rule of this kit, in the order of their ids.</summary>
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        .. from type in new[] { typeof(VolumeRules), typeof(AccessRules), typeof(LimitRules), typeof(CopyRules), typeof(PoolRules) }
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
           let rule = method.GetCustomAttribute<RuleAttribute>()
           where rule is not null
           orderby rule.Id
           select new ConformanceCase(rule.Id, Guarded(method.CreateDelegate<Func<Bench, Task<string?>>>())),
    ];

    /// <summary>Runs the rule on a bench that takes away afterwards what the rule made.</summary>
    private static Func<IConformanceFixture, CancellationToken, Task<string?>> Guarded(Func<Bench, Task<string?>> rule) => async (fixture, stop) =>
    {
        var bench = new Bench(fixture, stop);
        try
        {
            return await rule(bench).ConfigureAwait(false);
        }
        finally
        {
            await bench.CleanUpAsync().ConfigureAwait(false);
        }
    };
}

/// <summary>A rule does not hold: what was wanted and what was seen.</summary>
public sealed class ConformanceException(string message) : Exception(message);
