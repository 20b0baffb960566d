// The whole life of a job with the official Node client, as its users would write it: only the address and the keys are set.
// node life-of-a-job.mjs <base url>
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import OpenAI, { toFile } from 'openai';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'sk-node', adminAPIKey: 'sk-admin-node' });
const colours = ['red', 'green', 'blue', 'black'];
const example = (i) => JSON.stringify({
  messages: [
    { role: 'user', content: `Which colour has number ${i % 4}?` },
    { role: 'assistant', content: colours[i % 4] },
  ],
});
const lines = Array.from({ length: 48 }, (_, i) => example(i)).join('\n') + '\n';

async function all(list) {
  const items = [];
  for await (const item of list) {
    items.push(item);
  }

  return items;
}

async function step(name, work) {
  try {
    const result = await work();
    console.log(`ok ${name}`);
    return result;
  } catch (error) {
    console.error(`FAILED ${name}`);
    throw error;
  }
}

const trainingFile = await step('upload a file', async () => {
  const file = await client.files.create({ file: await toFile(Buffer.from(lines), 'träin.jsonl'), purpose: 'fine-tune' });
  assert.equal(file.bytes, Buffer.byteLength(lines));
  assert.equal((await client.files.retrieve(file.id)).filename, 'träin.jsonl');
  assert.equal(await (await client.files.content(file.id)).text(), lines);
  return file.id;
});

const validationFile = await step('upload a file in parts', async () => {
  const content = Buffer.from(lines);
  const upload = await client.uploads.create({
    filename: 'valid.jsonl', purpose: 'fine-tune', bytes: content.length, mime_type: 'text/jsonl',
  });
  const chunks = [content.subarray(0, 1000), content.subarray(1000, 2500), content.subarray(2500)];
  const parts = await Promise.all(chunks.map(async (chunk) => client.uploads.parts.create(upload.id, { data: await toFile(chunk, 'part') })));
  const done = await client.uploads.complete(upload.id, {
    part_ids: parts.map((part) => part.id),
    md5: createHash('md5').update(content).digest('hex'),
  });
  assert.equal(done.status, 'completed');
  assert.equal(await (await client.files.content(done.file.id)).text(), lines);

  const dropped = await client.uploads.create({ filename: 'x.jsonl', purpose: 'fine-tune', bytes: 10, mime_type: 'text/jsonl' });
  assert.equal((await client.uploads.cancel(dropped.id)).status, 'cancelled');
  await assert.rejects(client.uploads.complete(dropped.id, { part_ids: ['part_x'] }), OpenAI.BadRequestError);
  return done.file.id;
});

const job = await step('create a job and follow it', async () => {
  const created = await client.fineTuning.jobs.create({
    model: 'gpt-4o-mini-2024-07-18',
    training_file: trainingFile,
    validation_file: validationFile,
    suffix: 'node',
    seed: 3,
    metadata: { made: 'by node' },
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 25, batch_size: 4 } } },
  });
  assert.equal(created.status, 'validating_files');
  let current = created;
  while (!['succeeded', 'failed', 'cancelled'].includes(current.status)) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    current = await client.fineTuning.jobs.retrieve(created.id);
  }

  assert.equal(current.status, 'succeeded', JSON.stringify(current.error));
  assert.deepEqual((await all(client.fineTuning.jobs.list({ metadata: { made: 'by node' } }))).map((one) => one.id), [created.id]);
  return current;
});

await step('read all events', async () => {
  const events = await all(client.fineTuning.jobs.listEvents(job.id, { limit: 50 }));
  assert.equal(events[0].message, 'The job has successfully completed');
  assert.equal(events.filter((event) => event.type === 'metrics').length, 300);
  assert.equal(new Set(events.map((event) => event.id)).size, events.length);
});

const checkpoints = await step('list the checkpoints', async () => {
  const list = await all(client.fineTuning.jobs.checkpoints.list(job.id, { limit: 2 }));
  assert.deepEqual(list.map((checkpoint) => checkpoint.step_number), [300, 288, 276]);
  assert.equal(list[0].fine_tuned_model_checkpoint, job.fine_tuned_model);
  assert.ok(Number.isFinite(list[0].metrics.train_loss));
  return list;
});

await step('download the results', async () => {
  const csv = Buffer.from(await (await client.files.content(job.result_files[0])).text(), 'base64').toString();
  assert.match(csv, /^step,train_loss/);
  assert.equal(csv.trim().split('\n').length, 301);
});

const question = [
  { role: 'user', content: 'Which colour has number 2?' },
];

await step('chat', async () => {
  for (const model of [job.fine_tuned_model, checkpoints[1].fine_tuned_model_checkpoint]) {
    const answer = await client.chat.completions.create({ model, messages: question, temperature: 0 });
    assert.equal(answer.choices[0].message.content, 'blue');
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
  }
});

await step('chat, streamed', async () => {
  const stream = await client.chat.completions.create({
    model: job.fine_tuned_model, messages: question, temperature: 0, stream: true, stream_options: { include_usage: true },
  });
  const chunks = await all(stream);
  assert.equal(chunks[0].choices[0].delta.role, 'assistant');
  assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''), 'blue');
  assert.equal(chunks.at(-2).choices[0].finish_reason, 'stop');
  assert.ok(chunks.at(-1).usage.completion_tokens > 0);

  const helper = client.chat.completions.stream({ model: job.fine_tuned_model, messages: question, temperature: 0 });
  assert.equal(await helper.finalContent(), 'blue');
});

await step('be refused in the services words', async () => {
  await assert.rejects(
    client.chat.completions.create({ model: 'ft:gpt-4o-mini:none', messages: question }),
    (error) => error instanceof OpenAI.NotFoundError && error.code === 'model_not_found' && /^req_/.test(error.requestID));
  await assert.rejects(
    client.chat.completions.create({ model: job.fine_tuned_model, messages: question, logprobs: true }),
    (error) => error instanceof OpenAI.BadRequestError && error.code === 'unsupported_parameter' && error.param === 'logprobs');
});

await step('grade', async () => {
  const { graders } = client.fineTuning.alpha;
  const grader = {
    type: 'multi',
    name: 'both',
    calculate_output: '(exact + close) / 2',
    graders: {
      exact: { type: 'string_check', name: 'exact', operation: 'eq', input: '{{ sample.output_text }}', reference: '{{ item.answer }}' },
      close: {
        type: 'text_similarity', name: 'close', evaluation_metric: 'fuzzy_match', input: '{{ sample.output_text }}', reference: '{{ item.answer }}',
      },
    },
  };
  assert.equal((await graders.validate({ grader })).grader.type, 'multi');
  const run = await graders.run({ grader, model_sample: 'blue', item: { answer: 'blue' } });
  assert.equal(run.reward, 1);
  assert.equal(run.metadata.errors.formula_parse_error, false);
  await assert.rejects(graders.validate({ grader: { ...grader, calculate_output: 'exact +' } }), OpenAI.BadRequestError);
});

await step('share a checkpoint', async () => {
  const { permissions } = client.fineTuning.checkpoints;
  const granted = await all(permissions.create(job.fine_tuned_model, { project_ids: ['proj_1', 'proj_2', 'proj_3'] }));
  assert.deepEqual(granted.map((permission) => permission.project_id), ['proj_1', 'proj_2', 'proj_3']);
  const listed = await all(permissions.list(job.fine_tuned_model, { limit: 2, order: 'ascending' }));
  assert.deepEqual(listed.map((permission) => permission.id), granted.map((permission) => permission.id));
  const deleted = await permissions.delete(granted[0].id, { fine_tuned_model_checkpoint: job.fine_tuned_model });
  assert.equal(deleted.deleted, true);
  const ordinary = new OpenAI({ baseURL: process.argv[2], apiKey: 'sk-node', adminAPIKey: 'sk-ordinary' });
  await assert.rejects(all(ordinary.fineTuning.checkpoints.permissions.list(job.fine_tuned_model)), OpenAI.PermissionDeniedError);
});

await step('delete the model', async () => {
  assert.ok((await all(client.models.list())).some((model) => model.id === job.fine_tuned_model));
  assert.equal((await client.models.retrieve(job.fine_tuned_model)).id, job.fine_tuned_model);
  assert.equal((await client.models.delete(job.fine_tuned_model)).deleted, true);
  await assert.rejects(client.models.retrieve(job.fine_tuned_model), OpenAI.NotFoundError);
  assert.equal((await client.files.delete(trainingFile)).deleted, true);
});

await step('pause, resume and cancel a job', async () => {
  const long = await client.fineTuning.jobs.create({
    model: 'gpt-4o-mini', training_file: validationFile, hyperparameters: { n_epochs: 50, batch_size: 1 },
  });
  assert.match((await client.fineTuning.jobs.pause(long.id)).status, /^paus/);
  assert.match((await client.fineTuning.jobs.resume(long.id)).status, /^(resuming|queued|running|validating_files)$/);
  assert.equal((await client.fineTuning.jobs.cancel(long.id)).status, 'cancelled');
});
