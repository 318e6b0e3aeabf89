using System.Net;
using System.Text;

namespace Headgate.Drivers.Tests.SolidFire;

/// <summary>Stands in the way of one Element method: what it does happens before the request goes out, or in place of it.</summary>
internal sealed class Doorway(string method, Func<Task<HttpResponseMessage?>> meet)
{
    public HttpMessageHandler Wrap(HttpMessageHandler inner) => new Handler(this, inner);

    /// <summary>The cluster's refusal with that name.</summary>
    public static HttpResponseMessage Refusal(string name) => new(HttpStatusCode.OK)
    {
        Content = new StringContent(
            $$"""{"id":1,"error":{"name":"{{name}}","code":500,"message":"Said by the test."} }""", Encoding.UTF8, "application/json"),
    };

    private Task<HttpResponseMessage?> MeetAsync(string body) =>
        body.Contains($"\"{method}\"", StringComparison.Ordinal) ? meet() : Task.FromResult<HttpResponseMessage?>(null);

    private sealed class Handler(Doorway door, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            await door.MeetAsync(await request.Content!.ReadAsStringAsync(cancellationToken)) ?? await base.SendAsync(request, cancellationToken);
    }
}
