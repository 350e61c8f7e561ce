using System.Data.Common;
using Microsoft.AspNetCore.Diagnostics;

namespace Shop.Users.Api;

/// <summary>A database that doesn't answer is a 503 with a line in the log, not a 500 with a stack trace.</summary>
internal sealed partial class DatabaseExceptionHandler(IProblemDetailsService problems, ILogger<DatabaseExceptionHandler> log) : IExceptionHandler
{
    /// <inheritdoc/>
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not DbException) return ValueTask.FromResult(false);
        Failed(log, httpContext.Request.Method, httpContext.Request.Path, exception.Message);
        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = { Status = StatusCodes.Status503ServiceUnavailable, Detail = "The database doesn't answer; try again." },
        });
    }

    [LoggerMessage(2, LogLevel.Warning, "{Method} {Path}: the database failed: {Problem}")]
    private static partial void Failed(ILogger log, string method, string path, string problem);
}
