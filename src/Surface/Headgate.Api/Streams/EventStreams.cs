using Headgate.Api.Auth;
using Headgate.Api.Problems;
using Headgate.Control.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Headgate.Api.Streams;

/// <summary>
/// Sends server-sent events (WHATWG HTML section 9.2) until there are no more, the client leaves, the server stops, or the key that opened
/// the stream opens nothing any more.
/// </summary>
internal sealed class EventStreams(IHostApplicationLifetime lifetime, KeyVerifier keys, AccessSignal signal, TimeProvider clock)
{
    public const string MediaType = "text/event-stream";

    private int _open;

    /// <summary>The stream of <paramref name="items"/>, each of them the lines of one event; or 503 when <see cref="ApiLimits.EventStreams"/> are open.</summary>
    public IResult Answer(IAsyncEnumerable<string> items) => new Stream(this, items);

    private sealed class Stream(EventStreams owner, IAsyncEnumerable<string> items) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            if (Interlocked.Increment(ref owner._open) > ApiLimits.EventStreams)
            {
                Interlocked.Decrement(ref owner._open);
                httpContext.Response.Headers.RetryAfter = "5";
                await ProblemResult.Of(
                    ProblemCodes.TooManyStreams, $"There are {ApiLimits.EventStreams} event streams open, which is the most; poll instead.")
                    .ExecuteAsync(httpContext);
                return;
            }
            try
            {
                await owner.SendAsync(httpContext, items);
            }
            finally
            {
                Interlocked.Decrement(ref owner._open);
            }
        }
    }

    private async Task SendAsync(HttpContext context, IAsyncEnumerable<string> items)
    {
        context.Response.ContentType = MediaType;
        context.Response.Headers.CacheControl = "no-store";
        // A server that stops does not wait for what its clients follow.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var item = items.GetAsyncEnumerator(end.Token);
        var next = item.MoveNextAsync().AsTask();
        try
        {
            await context.Response.Body.FlushAsync(end.Token); // the client sees that it is open before the first event
            var changed = signal.Next; // before the key is asked about, or a change between the two would be missed
            while (await keys.StillOpensAsync(context.Caller(), end.Token))
            {
                if (next.IsCompleted)
                {
                    if (!await next) return;
                    await WriteAsync(context.Response, item.Current + "\n\n", end.Token);
                    next = item.MoveNextAsync().AsTask();
                }
                if (!await SomethingAsync(next, changed, end.Token)) await WriteAsync(context.Response, ": nothing new\n\n", end.Token);
                changed = signal.Next;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client left or the server stops: the end of the stream says so.
        }
        finally
        {
            await end.CancelAsync();
            await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await item.DisposeAsync();
        }
    }

    /// <summary>Waits for the next event or for a change of access; false when neither came within <see cref="ApiLimits.EventStreamHeartbeat"/>.</summary>
    private async Task<bool> SomethingAsync(Task next, Task changed, CancellationToken stop)
    {
        try
        {
            await Task.WhenAny(next, changed).WaitAsync(ApiLimits.EventStreamHeartbeat, clock, stop);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken stop)
    {
        await response.WriteAsync(text, stop);
        await response.Body.FlushAsync(stop);
    }
}
