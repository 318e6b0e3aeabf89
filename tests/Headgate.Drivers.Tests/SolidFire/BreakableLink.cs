using Headgate.Storage.Conformance;

namespace Headgate.Drivers.Tests.SolidFire;

/// <summary>Counts the driver's HTTP requests and breaks one of them: before it is sent, or after it was answered.</summary>
internal sealed class BreakableLink : IArrayLink
{
    private int _requests;
    private int _loseReplyTo;
    private int _cutBefore;

    public int Requests => Volatile.Read(ref _requests);

    public void Reset() => (_requests, _loseReplyTo, _cutBefore) = (0, 0, 0);

    public void LoseReplyTo(int number) => _loseReplyTo = number;

    public void CutBefore(int number) => _cutBefore = number;

    public HttpMessageHandler Wrap(HttpMessageHandler inner) => new Breaker(this, inner);

    private sealed class Breaker(BreakableLink link, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref link._requests);
            if (link._cutBefore > 0 && number >= link._cutBefore) throw new HttpRequestException("cut before it was sent");
            var response = await base.SendAsync(request, cancellationToken);
            // From here on: a read would be repeated by the client, so every later reply of this call is lost as well.
            if (link._loseReplyTo == 0 || number < link._loseReplyTo || number > link._loseReplyTo + 1) return response;
            response.Dispose();
            throw new HttpRequestException("reply lost");
        }
    }
}
