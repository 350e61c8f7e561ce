// Sends two spans as an application does that uses OpenTelemetry's SDK: a server's, and a call within it. What names the exporter is the argument; where it sends is in OTEL_EXPORTER_OTLP_*.
import { context, trace, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${process.argv[2]}`);
const exporter = new OTLPTraceExporter();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'node-shop', 'shop.tier': 'front' }),
  spanProcessors: [new BatchSpanProcessor(exporter)],
});
provider.register();

const tracer = trace.getTracer('shop', '1.2.3');
const server = tracer.startSpan('GET /v1/users', { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'http.response.status_code': 500, 'shop.ratio': 0.5, 'shop.flag': true, 'shop.names': ['a', 'ü'] } });
server.setStatus({ code: SpanStatusCode.ERROR, message: 'no such table' });
const call = tracer.startSpan('SELECT users', { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'sqlite' } }, trace.setSpan(context.active(), server));
call.addEvent('retried', { 'shop.attempt': 2 });
call.end();
server.end();
await provider.shutdown();
console.log(JSON.stringify({ traceId: server.spanContext().traceId, server: server.spanContext().spanId, call: call.spanContext().spanId }));
