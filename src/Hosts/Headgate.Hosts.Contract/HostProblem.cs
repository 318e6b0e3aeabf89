using Headgate.Primitives;

namespace Headgate.Hosts;

/// <summary>A refusal on the wire: RFC 9457 problem details, application/problem+json, with what a caller may do about it.</summary>
public sealed record HostProblem
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Stable kebab-case code.</summary>
    public required string Code { get; init; }

    /// <summary>A reference that identifies the kind: <c>/problems/CODE</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>What was asked, what there is, and what to do.</summary>
    public string? Detail { get; init; }

    /// <summary>What the caller may do.</summary>
    public Recovery Recovery { get; init; }

    /// <summary>True when it may have been done nevertheless: ask before anything else.</summary>
    public bool MayHaveHappened { get; init; }

    /// <summary>More lines of the same refusal.</summary>
    public IReadOnlyList<string>? Details { get; init; }

    /// <summary>The problem of a fault.</summary>
    public static HostProblem Of(Fault fault, bool mayHaveHappened, int status)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return new HostProblem
        {
            Code = fault.Code, Type = $"/problems/{fault.Code}", Status = status, Detail = fault.Message, Recovery = fault.Recovery,
            MayHaveHappened = mayHaveHappened, Details = fault.Details.Count == 0 ? null : fault.Details,
        };
    }

    /// <summary>The fault of this problem.</summary>
    public Fault ToFault() => new(Code, Detail ?? "The agent gave no reason.", Recovery) { Details = Details ?? [] };
}
