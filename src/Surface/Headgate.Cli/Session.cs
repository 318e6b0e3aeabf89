using System.CommandLine;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Output;
using Headgate.Cli.Views;

namespace Headgate.Cli;

/// <summary>One run of one verb: what was given, the server to ask, and where to print.</summary>
internal sealed class Session(CliConsole console, ParseResult args) : IDisposable
{
    private ApiClient? _api;

    public CliConsole Console { get; } = console;

    public OutputFormat Format => args.GetValue(Root.Output);

    public Printer Printer => new(Console, Format);

    /// <summary>The server, with the key that was found.</summary>
    /// <exception cref="CliException">There is no configuration.</exception>
    public ApiClient Api => _api ??= new ApiClient(ServerAddress.Find(Console, args.GetValue(Root.Server), args.GetValue(Root.KeyFile)));

    private HeadgateRoot Root => (HeadgateRoot)args.RootCommandResult.Command;

    public T? Get<T>(Option<T> option) => args.GetValue(option);

    public T Get<T>(Argument<T> argument) => args.GetRequiredValue(argument);

    /// <summary>Whether the option stands on the command line.</summary>
    public bool Has(Option option) => args.GetResult(option) is { Implicit: false };

    /// <summary>Prints every object of a list.</summary>
    public async Task ListAsync<T>(string route, TableOf<T> table, JsonTypeInfo<T> type, CancellationToken cancelled) =>
        Printer.PrintList(await Api.ListAsync(route, limit: null, cancelled), table, type);

    /// <summary>Prints one object.</summary>
    public async Task ShowAsync<T>(string route, Func<T, PropertySheet> sheet, JsonTypeInfo<T> type, CancellationToken cancelled) =>
        Printer.PrintOne(await Api.GetAsync(route, cancelled), sheet, type);

    /// <summary>
    /// Ends a call that changes something. An operation (202) is waited for unless <c>--no-wait</c> was given; then
    /// <paramref name="result"/> fetches and prints what came of it.
    /// </summary>
    /// <exception cref="CliException">The operation failed.</exception>
    public async Task FinishAsync(ApiAnswer answer, Func<JsonElement, Task> result, CancellationToken cancelled)
    {
        if (answer.Status != HttpStatusCode.Accepted)
        {
            await result(answer.Body);
            return;
        }
        var operation = ApiClient.Read(answer.Body, ApiJson.Default.OperationView);
        if (Get(WaitOptions.NoWait))
        {
            Printer.PrintOne(answer.Body, OperationViews.Sheet, ApiJson.Default.OperationView);
            return;
        }
        var ended = await new OperationWait(Console, Api).UntilEndedAsync(operation, cancelled);
        await result(ended);
    }

    /// <summary>Like <see cref="FinishAsync"/>, then prints the object at <paramref name="route"/> of the operation's subject.</summary>
    public Task FinishAndShowAsync<T>(
        ApiAnswer answer, string route, Func<T, PropertySheet> sheet, JsonTypeInfo<T> type, CancellationToken cancelled) =>
        FinishAsync(answer, async body =>
        {
            var shown = answer.Status == HttpStatusCode.Accepted
                ? await Api.GetAsync(Routes.Of(route, SubjectOf(body)), cancelled)
                : body;
            Printer.PrintOne(shown, sheet, type);
        }, cancelled);

    /// <summary>Like <see cref="FinishAsync"/>; a table reader gets a sentence, a program the object or operation.</summary>
    public Task FinishAndSayAsync(ApiAnswer answer, string sentence, CancellationToken cancelled) =>
        FinishAsync(answer, body =>
        {
            Printer.PrintDone(body, sentence);
            return Task.CompletedTask;
        }, cancelled);

    public void Dispose() => _api?.Dispose();

    private static string SubjectOf(JsonElement operation) =>
        ApiClient.Read(operation, ApiJson.Default.OperationView).SubjectId.ToString();
}
