using Microsoft.Extensions.Logging;

namespace Usher.Cli.Running;

/// <summary>Warnings and errors of the hops, a line each on standard error.</summary>
internal sealed class DiagnosticsLog : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new HopLog(categoryName.StartsWith("Usher.", StringComparison.Ordinal));

    public void Dispose()
    {
    }

    private sealed class HopLog(bool ours) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        // Kestrel's own warnings (a client that broke off a handshake) are in the journeys already.
        public bool IsEnabled(LogLevel logLevel) => logLevel >= (ours ? LogLevel.Warning : LogLevel.Critical);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) Console.Error.WriteLine($"usher: {formatter(state, exception)}{(exception is null ? "" : $": {exception.Message}")}");
        }
    }
}
