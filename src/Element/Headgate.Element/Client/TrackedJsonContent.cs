using System.Net;
using System.Net.Http.Headers;

namespace Headgate.Element.Client;

/// <summary>
/// A request body that remembers whether any of it was handed to a connection. That, and not the kind of exception, is
/// what tells "certainly not done" from "nobody knows": the body has a length, so a server that got none of it cannot
/// have acted, whatever it was that failed.
/// </summary>
internal sealed class TrackedJsonContent : HttpContent
{
    private readonly byte[] _json;

    public TrackedJsonContent(byte[] json)
    {
        _json = json;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    public bool Started { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = true;
        await stream.WriteAsync(_json, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _json.Length;
        return true;
    }
}
