using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Journeys;
using Usher.Trace.Otlp;

namespace Usher.Trace;

/// <summary>The part of the road's API that tells journeys and takes reports.</summary>
public static class JourneyEndpoints
{
    private const int MaxReportBytes = 64 * 1024;
    private const int MaxLimit = 1_000;

    /// <summary>Arrows and dots stay readable: the answer is JSON for programs and people, never a part of a page.</summary>
    internal static readonly JourneyJson Json = new(new JsonSerializerOptions(JourneyJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>
    /// Maps <c>GET /api/journeys</c>, <c>GET /api/journeys/follow</c>, <c>GET /api/journeys/export</c>, <c>GET /api/journeys/{id}</c>, <c>GET /api/journeys/{id}/spans</c>, <c>POST /api/journeys/client</c> and <c>POST /v1/traces</c>.
    /// Who may call them is the host's to decide.
    /// </summary>
    public static IEndpointRouteBuilder MapJourneys(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/journeys");
        api.MapGet("", ListAsync);
        api.MapGet("/follow", JourneyStreams.FollowAsync);
        api.MapGet("/export", JourneyStreams.ExportAsync);
        api.MapGet("/{id}", OneAsync);
        api.MapGet("/{id}/spans", SpansAsync);
        api.MapPost("/client", ClientAsync);
        endpoints.MapSpans();
        return endpoints;
    }

    /// <summary>Maps <c>POST /v1/traces</c> and the method of gRPC alone, so that a host can give it a policy of its own. Part of <see cref="MapJourneys"/>.</summary>
    public static IEndpointConventionBuilder MapSpans(this IEndpointRouteBuilder endpoints)
    {
        var receiver = endpoints.ServiceProvider.GetRequiredService<OtlpReceiver>();
        endpoints.MapPost(OtlpGrpcReceiver.Path, (RequestDelegate)endpoints.ServiceProvider.GetRequiredService<OtlpGrpcReceiver>().ReceiveAsync).WithDisplayName("spans by gRPC");
        return endpoints.MapPost("/v1/traces", (RequestDelegate)receiver.ReceiveAsync).WithDisplayName("spans");
    }

    /// <summary>Where spans come by gRPC; a host that lets them in answers there as gRPC does.</summary>
    public static PathString GrpcSpans { get; } = OtlpGrpcReceiver.Path;

    /// <summary>Refuses a call that isn't allowed (gRPC's UNAUTHENTICATED).</summary>
    public static Task RefuseGrpcAsync(HttpContext context, string why) => OtlpGrpcReceiver.EndAsync(context, 16, why);

    private static async Task SpansAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        if (Book(context).SpansOf(id) is not { } spans)
        {
            await Problems.WriteAsync(context, StatusCodes.Status404NotFound, $"no journey {id} is kept");
            return;
        }

        context.Response.ContentType = "application/x-protobuf";
        await context.Response.Body.WriteAsync(spans, context.RequestAborted);
    }

    private static async Task ListAsync(HttpContext context)
    {
        var asked = context.Request.Query;
        var limit = 50;
        if (asked.TryGetValue("limit", out var text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
        {
            await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, $"limit is {text}, but must be 1 to {MaxLimit}");
            return;
        }

        if (await FilterAsync(context, strict: false) is { } filter) await WriteAsync(context, Book(context).Recent(filter, limit), Json.IReadOnlyListJourney);
    }

    /// <summary>The filter that a query names; null once what is wrong with it was answered.</summary>
    internal static async Task<JourneyFilter?> FilterAsync(HttpContext context, bool strict)
    {
        var asked = context.Request.Query;
        var (filter, problem) = JourneyFilterText.Read(name => asked.TryGetValue(name, out var value) ? value.ToString() : null);
        // A filter that is misspelt would take everything.
        var unknown = strict ? asked.Keys.FirstOrDefault(k => !JourneyFilterText.Names.Contains(k, StringComparer.OrdinalIgnoreCase)) : null;
        if (unknown is not null) problem ??= $"{unknown} isn't known; {string.Join(", ", JourneyFilterText.Names)} are";
        if (problem is not null) await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, problem);
        return problem is null ? filter : null;
    }

    private static async Task OneAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        var found = Book(context).FindAll(id);
        if (found is [var journey]) await WriteAsync(context, journey, Json.Journey);
        else if (found.Count > 1) await Problems.WriteAsync(context, StatusCodes.Status404NotFound, $"{id} is the end of {found.Count} journeys' ids: {string.Join(", ", found.Select(j => j.Id))}");
        else if (Book(context).InBrief(id) is { } brief) await Problems.WriteAsync(context, StatusCodes.Status404NotFound, brief);
        else await Problems.WriteAsync(context, StatusCodes.Status404NotFound, $"no journey {id} is kept: it is of another road, or has given way to newer ones");
    }

    private static async Task ClientAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MaxReportBytes;
        ClientReport? report;
        try
        {
            report = await JsonSerializer.DeserializeAsync(context.Request.Body, ClientReportJson.Default.ClientReport, context.RequestAborted);
        }
        catch (JsonException malformed)
        {
            await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, $"the body is no client report: {malformed.Message}");
            return;
        }
        catch (BadHttpRequestException rejected)
        {
            await Problems.WriteAsync(context, rejected.StatusCode, rejected.Message);
            return;
        }

        if (Fault(report) is { } fault)
        {
            await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, fault);
            return;
        }

        var (journey, reason) = await Book(context).TellAsync(report!, context.RequestAborted);
        if (journey is not null) await WriteAsync(context, journey, Json.Journey);
        else await Problems.WriteAsync(context, StatusCodes.Status404NotFound, reason!);
    }

    /// <summary>What is wrong with a report; null when nothing is.</summary>
    private static string? Fault(ClientReport? report)
    {
        if (report is null) return "the body is empty";
        if (Missing(report) is { } missing) return $"{missing} is null, but must have a value or be left out";
        if (report.Times.Frequency <= 0) return $"times.frequency is {report.Times.Frequency}, but must be the clock's ticks per second";
        if (report.Times.Start <= 0) return $"times.start is {report.Times.Start}, but must be the clock's ticks at the client's first act";
        if (report.RequestOnConnection < 1) return $"requestOnConnection is {report.RequestOnConnection}, but counts from 1";
        if (!IsEnd(report.Local)) return $"local is {report.Local}, but must be address:port";
        if (!IsEnd(report.Remote)) return $"remote is {report.Remote}, but must be address:port";
        if (!IsEnd(report.Dns?.Local)) return $"dns.local is {report.Dns!.Local}, but must be address:port";
        return report.Failure is { At: not ("dns" or "connect" or "tls" or "request") } failure
            ? $"failure.at is {failure.At}, but must be dns, connect, tls or request"
            : null;
    }

    /// <summary>What must not be null and yet is: the reader doesn't look.</summary>
    private static string? Missing(ClientReport report) => report switch
    {
        { Method: null } => "method",
        { Url: null } => "url",
        { Times: null } => "times",
        { Dns.Name: null } and { Dns: not null } => "dns.name",
        { Dns.Answers: null } and { Dns: not null } => "dns.answers",
        { Tls.Chain: null } and { Tls: not null } => "tls.chain",
        { Failure.At: null } and { Failure: not null } => "failure.at",
        { Failure.Message: null } and { Failure: not null } => "failure.message",
        { Browser.Name: null } and { Browser: not null } => "browser.name",
        _ => null,
    };

    private static bool IsEnd(string? text) => text is null || (IPEndPoint.TryParse(text, out var end) && end.Port != 0);

    private static JourneyBook Book(HttpContext context) => context.RequestServices.GetRequiredService<JourneyBook>();

    private static async Task WriteAsync<T>(HttpContext context, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }
}
