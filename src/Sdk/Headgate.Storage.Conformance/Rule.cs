using System.Reflection;

namespace Headgate.Storage.Conformance;

/// <summary>Marks a method that puts one sentence of the SDK's documentation to a driver.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RuleAttribute(string id, string sentence) : Attribute
{
    public string Id { get; } = id;

    public string Sentence { get; } = sentence;
}

/// <summary>One testable sentence of the SDK's contract.</summary>
/// <param name="Id">Dotted: object, call, sentence. Stable: reports and waivers cite it.</param>
/// <param name="Sentence">As it stands in the SDK's documentation.</param>
public sealed record ConformanceRule(string Id, string Sentence)
{
    internal Func<Bench, Task<Finding>> RunAsync { get; init; } = null!;

    /// <inheritdoc/>
    public override string ToString() => Id;

    internal static IReadOnlyList<ConformanceRule> Find() =>
    [
        .. from type in typeof(ConformanceRule).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
           let rule = method.GetCustomAttribute<RuleAttribute>()
           where rule is not null
           orderby rule.Id
           select new ConformanceRule(rule.Id, rule.Sentence) { RunAsync = method.CreateDelegate<Func<Bench, Task<Finding>>>() },
    ];
}

/// <summary>What a rule found when it was not broken; a broken one throws <see cref="ConformanceException"/>.</summary>
internal readonly record struct Finding(Verdict Verdict, string Evidence)
{
    public static Finding Kept(string evidence) => new(Verdict.Kept, evidence);

    public static Finding NotAsked(string reason) => new(Verdict.NotAsked, reason);
}

/// <summary>A rule does not hold: what was wanted and what was seen.</summary>
public class ConformanceException(string message) : Exception(message);
