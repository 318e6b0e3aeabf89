using System.Net;
using Headgate.Primitives;

namespace Headgate.DiskImages;

/// <summary>
/// Fetches images over http and https. Redirects are followed by hand: to http or https only, never from https to http, never
/// with credentials in the address, and to another server only on the internet: whom an admin names may be anywhere, whom that server
/// names may not.
/// </summary>
public sealed class ImageFetcher : IDisposable
{
    private readonly HttpClient _http, _elsewhere;
    private readonly ImageLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>With connections of its own.</summary>
    public ImageFetcher(ImageLimits limits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(limits);
        (_limits, _time) = (limits, time);
        (_http, _elsewhere) = (Client(), Client(PublicAddress.ConnectAsync));
    }

    /// <summary>Null when images may be fetched from <paramref name="url"/>, else the refusal. Does not ask the server.</summary>
    public static Fault? Problem(string? url)
    {
        if (string.IsNullOrEmpty(url) || url.Length > ImageLimits.UrlChars || !Uri.TryCreate(url, UriKind.Absolute, out var address))
            return ImageFaults.UrlInvalid($"it is no address of at most {ImageLimits.UrlChars} characters.");
        return Problem(address);
    }

    /// <summary>Hands the body to <paramref name="receive"/>, with the length that the server announced.</summary>
    public async Task<Outcome<T>> FetchAsync<T>(Uri url, Func<Stream, long?, CancellationToken, Task<Outcome<T>>> receive, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(receive);
        using var late = new CancellationTokenSource(_limits.Whole, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var asked = url;
        try
        {
            for (var hop = 0; ; hop++)
            {
                if (Problem(url) is { } refused) return refused;
                using var response = await AnswerAsync(IsSameServer(asked, url) ? _http : _elsewhere, url, end.Token).ConfigureAwait(false);
                if (Redirect(response) is not { } location) return await BodyAsync(url, response, receive, end.Token).ConfigureAwait(false);
                if (hop == _limits.Redirects) return ImageFaults.UrlInvalid($"it was redirected more than {_limits.Redirects} times.");
                var next = new Uri(url, location);
                if (url.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps)
                    return ImageFaults.UrlInvalid($"{url.Host} redirects from https to {next.Scheme}.");
                url = next;
            }
        }
        catch (HttpRequestException refused) when (refused.InnerException is InternalAddressException)
        {
            return ImageFaults.UrlInvalid($"{asked.Host} redirects to {url.Host}, which is not on the internet. Give the address where the image is.");
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or TimeoutException)
        {
            return ImageFaults.UrlUnreachable(url.Host, Sentence(failed));
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return ImageFaults.TooSlow("Fetching", _limits.Whole);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _elsewhere.Dispose();
    }

    private HttpClient Client(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = connect,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None, // the checksum is of the file
            ConnectTimeout = _limits.Connect,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1), // images are fetched now and then: nothing is gained by keeping connections
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("headgate");
        return http;
    }

    private static bool IsSameServer(Uri asked, Uri url) => (asked.IdnHost, asked.Port) == (url.IdnHost, url.Port);

    private async Task<HttpResponseMessage> AnswerAsync(HttpClient http, Uri url, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var silent = new CancellationTokenSource(_limits.Silence, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, silent.Token);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (silent.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new TimeoutException($"it did not answer for {_limits.Silence.TotalSeconds:0} s.");
        }
    }

    private async Task<Outcome<T>> BodyAsync<T>(
        Uri url, HttpResponseMessage response, Func<Stream, long?, CancellationToken, Task<Outcome<T>>> receive, CancellationToken stop)
    {
        var status = (int)response.StatusCode;
        if (status is >= 500 or 408 or 429) return ImageFaults.UrlUnreachable(url.Host, $"it answered {status}.");
        if (!response.IsSuccessStatusCode) return ImageFaults.UrlRefused(url.Host, status);
        var body = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var impatient = new ImpatientStream(body, _limits, _time);
            await using (impatient.ConfigureAwait(false))
                return await receive(impatient, response.Content.Headers.ContentLength, stop).ConfigureAwait(false);
        }
    }

    private static Fault? Problem(Uri url)
    {
        if (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            return ImageFaults.UrlInvalid($"it leads to {url.Scheme}:, and only http: and https: are fetched.");
        return url.UserInfo.Length > 0
            ? ImageFaults.UrlInvalid("it has a name or password in it, which would be kept and shown in clear.")
            : null;
    }

    private static Uri? Redirect(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        ? response.Headers.Location
        : null;

    private static string Sentence(Exception failed) => (failed.InnerException?.Message ?? failed.Message).TrimEnd('.') + ".";
}
