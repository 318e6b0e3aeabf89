using Headgate.Element.Wire;

namespace Headgate.Element.Client;

/// <summary>
/// What became of one call. The five differ in what the cluster may have done: a <see cref="Result"/> did it; an
/// <see cref="Error"/>, <see cref="NotSent"/> and <see cref="Refused"/> did not; after <see cref="NoReply"/> nobody knows.
/// </summary>
public abstract record ElementReply<T>
{
    private ElementReply() { }

    /// <summary>Done, with this result.</summary>
    public sealed record Result(T Value) : ElementReply<T>;

    /// <summary>The cluster said no: decide on the name.</summary>
    public sealed record Error(ElementErrorBody Body) : ElementReply<T>;

    /// <summary>No byte of the request's body left: no route, refused connection, untrusted certificate.</summary>
    public sealed record NotSent(string Why) : ElementReply<T>;

    /// <summary>The request was sent and no usable answer came: cut connection, time-out, 5xx, an answer that is not JSON-RPC.</summary>
    public sealed record NoReply(string Why) : ElementReply<T>;

    /// <summary>The HTTP server turned it away before the API saw it.</summary>
    /// <param name="Status">401: credentials; 404: no such API version; or another 4xx.</param>
    /// <param name="Why">For people.</param>
    public sealed record Refused(int Status, string Why) : ElementReply<T>;

    /// <summary>For people: what went wrong; empty for a result.</summary>
    public string Problem => this switch
    {
        Error e => $"{e.Body.Name}: {e.Body.Message}",
        NotSent n => n.Why,
        NoReply n => n.Why,
        Refused r => r.Why,
        _ => "",
    };

    /// <summary>The value of a result.</summary>
    /// <exception cref="InvalidOperationException">It is not one.</exception>
    public T ValueOrThrow() => this is Result result ? result.Value : throw new InvalidOperationException(Problem);
}
