using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Headgate.Element.Contracts;
using Headgate.Element.Wire;

namespace Headgate.Element.Client;

/// <summary>
/// A typed client of the Element API, usable by itself:
/// <code>
/// using var cluster = new ElementClient(new ElementClientOptions
/// {
///     Endpoint = new Uri("https://10.0.0.5"), Username = "admin", Password = password, Trust = ServerTrust.Pinned(fingerprint),
/// });
/// var reply = await cluster.CallAsync(ElementMethods.ListVolumes, new ListVolumesParams { VolumeName = "db1" }, stop);
/// if (reply is ElementReply&lt;VolumesResult&gt;.Result { Value.Volumes: [var volume] }) Console.WriteLine(volume.Iqn);
/// </code>
/// Calls that only read are repeated when the cluster says "not now" or an answer is lost; calls that change anything are
/// sent once, and the reply says whether they may have been done. Thread-safe; connections are kept alive and shared.
/// </summary>
public sealed class ElementClient : IDisposable
{
    /// <summary>GetAPI is asked at this version, as NetApp's SDKs do: every release since 2014 serves it.</summary>
    private const string HandshakeVersion = "7.0";

    /// <summary>The longest listing is 4000 volumes of about 1.7 kB; 64 MiB is that nine times over.</summary>
    private const long MaxReplyBytes = 64L << 20;

    /// <summary>Connections in parallel to one cluster: clusters serve tens of API calls per second, not thousands.</summary>
    private const int MaxConnections = 16;

    /// <summary>Shorter than servers usually keep an idle connection, so that a call rarely meets one that is being closed.</summary>
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(20);

    /// <summary>Pauses before repeating a read: short ones, because the caller has its own, longer, for the whole operation.</summary>
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    private readonly ElementClientOptions _options;
    private readonly HttpClient _http;
    private string? _version;
    private long _lastId;

    /// <summary>A client for the cluster that the options name; connects at the first call.</summary>
    /// <exception cref="ArgumentException">The options cannot be used; the message says why.</exception>
    public ElementClient(ElementClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        _options = options;
        _version = options.ApiVersion ?? VersionIn(options.Endpoint);
        var network = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a redirect must not carry the password elsewhere
            UseCookies = false,
            UseProxy = false, // a management network; a proxy from the environment must not see it
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionIdleTimeout = IdleConnection,
            MaxConnectionsPerServer = MaxConnections,
        };
        network.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) => options.Trust.Accepts(certificate, errors);
        _http = new HttpClient(options.WrapHandler?.Invoke(network) ?? network)
        {
            Timeout = Timeout.InfiniteTimeSpan, // CallTimeout counts, and tells its own expiry from the caller's wish to stop
            MaxResponseContentBufferSize = MaxReplyBytes,
        };
        var credentials = Encoding.UTF8.GetBytes($"{options.Username}:{options.Password}");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
    }

    /// <summary>Makes one call, after asking for the API version if nobody has yet.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was signalled; what was sent may have been done.</exception>
    public async Task<ElementReply<TResult>> CallAsync<TParams, TResult>(
        ElementMethod<TParams, TResult> method, TParams parameters, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (_version is null)
        {
            var api = await RepeatAsync(ElementMethods.GetAPI, new Empty(), HandshakeVersion, stop).ConfigureAwait(false);
            if (api is not ElementReply<GetApiResult>.Result { Value.CurrentVersion: { Length: > 0 } current }) return Unanswered<TResult>(api);
            _version = current;
        }
        return await RepeatAsync(method, parameters, _version, stop).ConfigureAwait(false);
    }

    /// <summary>A call of a method without parameters.</summary>
    public Task<ElementReply<TResult>> CallAsync<TResult>(ElementMethod<Empty, TResult> method, CancellationToken stop) =>
        CallAsync(method, new Empty(), stop);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string? VersionIn(Uri endpoint)
    {
        var parts = endpoint.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts is ["json-rpc", var version] ? version : null;
    }

    /// <summary>The handshake failed, so the call proper was never sent: a lost GetAPI leaves no doubt about a CreateVolume.</summary>
    private static ElementReply<TResult> Unanswered<TResult>(ElementReply<GetApiResult> handshake) => handshake switch
    {
        ElementReply<GetApiResult>.Refused refused => new ElementReply<TResult>.Refused(refused.Status, refused.Why),
        ElementReply<GetApiResult>.Error error => new ElementReply<TResult>.Error(error.Body),
        { Problem: { Length: > 0 } why } => new ElementReply<TResult>.NotSent(why),
        _ => new ElementReply<TResult>.NotSent("GetAPI answered without a current version: this is not an Element API."),
    };

    private async Task<ElementReply<TResult>> RepeatAsync<TParams, TResult>(
        ElementMethod<TParams, TResult> method, TParams parameters, string version, CancellationToken stop)
    {
        var mayRepeatTransport = method.IsRead;
        for (var attempt = 0; ; attempt++)
        {
            var reply = await SendAsync(method, parameters, version, stop).ConfigureAwait(false);
            if (!method.IsRead || attempt == Pauses.Length) return reply;
            switch (reply)
            {
                case ElementReply<TResult>.Error error when ElementErrorNames.IsTransient(error.Body.Name):
                    await Task.Delay(Pauses[attempt], _options.Clock, stop).ConfigureAwait(false);
                    continue;
                case ElementReply<TResult>.NoReply when mayRepeatTransport:
                    mayRepeatTransport = false; // once, at once: mostly a kept-alive connection that was just being closed
                    continue;
                default:
                    return reply;
            }
        }
    }

    private async Task<ElementReply<TResult>> SendAsync<TParams, TResult>(
        ElementMethod<TParams, TResult> method, TParams parameters, string version, CancellationToken stop)
    {
        var content = new TrackedJsonContent(Encode(method, parameters));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_options.Endpoint, $"/json-rpc/{version}")) { Content = content };
        using var timeLimit = new CancellationTokenSource(_options.CallTimeout, _options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeLimit.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return Read(method, response.StatusCode, body);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Ours, or the handler's own limit on connecting.
            var limit = content.Started ? _options.CallTimeout : _options.ConnectTimeout;
            return Failed<TResult>(content.Started, $"no answer to {method} from {_options.Endpoint.Authority} within {limit.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException problem)
        {
            var why = problem.InnerException is null ? problem.Message : $"{problem.Message} {problem.InnerException.Message}";
            return Failed<TResult>(content.Started, $"{method} to {_options.Endpoint.Authority}: {why}");
        }
    }

    private byte[] Encode<TParams, TResult>(ElementMethod<TParams, TResult> method, TParams parameters)
    {
        var request = new ElementRequest
        {
            Method = method.Name,
            Params = JsonSerializer.SerializeToElement(parameters, method.Params),
            Id = JsonSerializer.SerializeToElement(Interlocked.Increment(ref _lastId), ElementResultsJson.Default.Int64),
        };
        return JsonSerializer.SerializeToUtf8Bytes(request, ElementResultsJson.Default.ElementRequest);
    }

    private static ElementReply<TResult> Failed<TResult>(bool started, string why) =>
        started ? new ElementReply<TResult>.NoReply(why) : new ElementReply<TResult>.NotSent(why);

    private ElementReply<TResult> Read<TParams, TResult>(ElementMethod<TParams, TResult> method, HttpStatusCode status, byte[] body)
    {
        var where = _options.Endpoint.Authority;
        switch ((int)status)
        {
            case 401 or 403:
                return new ElementReply<TResult>.Refused((int)status, $"{where} refused the user '{_options.Username}' or its password.");
            case 404:
                return new ElementReply<TResult>.Refused(404, $"{where} serves no such API version: check the endpoint and the API version.");
            case >= 300 and < 500:
                return new ElementReply<TResult>.Refused((int)status, $"{where} answered HTTP {(int)status} to {method}.");
            case not 200:
                return new ElementReply<TResult>.NoReply($"{where} answered HTTP {(int)status} to {method}; it may have been done.");
        }
        try
        {
            var response = JsonSerializer.Deserialize(body, ElementResultsJson.Default.ElementResponse);
            if (response?.Error is { } error) return new ElementReply<TResult>.Error(error);
            if (response is { Result.ValueKind: JsonValueKind.Object } && response.Result.Deserialize(method.Result) is { } result)
                return new ElementReply<TResult>.Result(result);
        }
        catch (JsonException)
        {
            // Said below: an answer that cannot be read tells nothing about what was done.
        }
        return new ElementReply<TResult>.NoReply($"{where} answered {method} with {body.Length} bytes that are no JSON-RPC reply; it may have been done.");
    }
}
